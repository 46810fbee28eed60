//! Files in zstd: frames one after the other, each with its checksum.

use std::io::{self, BufRead, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::input::Reader;

/// Decompresses all frames of a file.
pub(super) struct Zstd {
    reader: Reader,
    decoder: FrameDecoder,
    /// Whether the reader is inside a frame.
    inside: bool,
}

impl Zstd {
    pub(super) fn new(reader: Reader) -> Self {
        Self {
            reader,
            decoder: FrameDecoder::new(),
            inside: false,
        }
    }

    /// Begins the next frame.
    fn begin(&mut self) -> io::Result<()> {
        match self.decoder.reset(&mut self.reader) {
            Ok(()) => self.inside = true,
            // Some programs put their own notes between frames.
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let note = &mut self.reader.by_ref().take(u64::from(length));
                io::copy(note, &mut io::sink())?;
            }
            Err(error) => return Err(io::Error::other(error)),
        }
        Ok(())
    }

    /// Compares the checksum of the frame that ends here.
    fn end(&mut self) -> io::Result<()> {
        self.inside = false;
        let told = self.decoder.get_checksum_from_data();
        if told.is_some() && told != self.decoder.get_calculated_checksum() {
            return Err(io::Error::other("the checksum of a zstd frame is wrong"));
        }
        Ok(())
    }
}

impl Read for Zstd {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.inside {
                if self.reader.fill_buf()?.is_empty() {
                    return Ok(0);
                }
                self.begin()?;
            } else if self.decoder.can_collect() > 0 {
                return self.decoder.read(buffer);
            } else if self.decoder.is_finished() {
                self.end()?;
            } else {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                let decoded = self.decoder.decode_blocks(&mut self.reader, one);
                decoded.map_err(io::Error::other)?;
            }
        }
    }
}
