// Checks the checkpoint, the entries, the tiles and the proofs of consistency of an evidence bundle
// with the packages that the Go command itself uses for its checksum database.
//
//	verify VKEY BUNDLE_DIR [TRUSTED_CHECKPOINT]
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

// open reads a signed checkpoint: origin, size and root, one a line.
func open(file string, key note.Verifier) (tlog.Tree, error) {
	var tree tlog.Tree
	text, err := os.ReadFile(file)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(text, note.VerifierList(key))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != key.Name() {
		return tree, fmt.Errorf("%s is no checkpoint of %s", file, key.Name())
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tree, fmt.Errorf("%s has no root", file)
	}
	copy(tree.Hash[:], root)
	return tree, nil
}

// tiles reads tiles of height 8 from a bundle, which leaves the height out of their paths.
type tiles struct{ dir string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		bytes, err := os.ReadFile(filepath.Join(t.dir, path))
		if err != nil {
			return nil, err
		}
		read = append(read, bytes)
	}
	return read, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func run(vkey, dir string, trusted []string) error {
	key, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	tree, err := open(filepath.Join(dir, "checkpoint"), key)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, tiles{dir})
	entries := int64(0)
	for index := int64(0); index < tree.N; {
		width := int(tree.N - index)
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: -1, N: index / 256, W: width}
		path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
		bundle, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return err
		}
		for ; len(bundle) > 0; index++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("entry %d is cut off", index)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			leaf := tlog.RecordHash(bundle[2:end])
			bundle = bundle[end:]
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf); err != nil {
				return fmt.Errorf("entry %d: %v", index, err)
			}
			entries++
		}
	}
	if entries != tree.N {
		return fmt.Errorf("%d entries of %d", entries, tree.N)
	}
	older, err := filepath.Glob(filepath.Join(dir, "checkpoints", "*"))
	if err != nil {
		return err
	}
	for _, file := range older {
		old, err := open(file, key)
		if err != nil {
			return err
		}
		proof, err := os.ReadFile(filepath.Join(dir, "consistency", filepath.Base(file)))
		if err != nil || len(proof)%tlog.HashSize != 0 {
			return fmt.Errorf("no proof for %s", file)
		}
		var path tlog.TreeProof
		for ; len(proof) > 0; proof = proof[tlog.HashSize:] {
			var hash tlog.Hash
			copy(hash[:], proof)
			path = append(path, hash)
		}
		if err := tlog.CheckTree(path, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("%s: %v", file, err)
		}
	}
	for _, file := range trusted {
		old, err := open(file, key)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(tree.N, old.N, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("%s: %v", file, err)
		}
	}
	fmt.Printf("intact: %d entries, %d older checkpoints\n", entries, len(older))
	return nil
}
