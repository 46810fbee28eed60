// Checks the checkpoint, the entries, the tiles and the proofs of consistency of an evidence bundle,
// written from FORMAT.md, with the packages that the Go command itself uses for its checksum database.
//
//	verify VKEY BUNDLE_DIR [TRUSTED_CHECKPOINT]
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
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

// line is a line of entries.ndjson.
type line struct {
	Index int64
	Proof [][]byte
	Entry struct {
		Kind       uint16
		Id         string
		RecordedAt int64 `json:"recorded_at_micros"`
		Facts      json.RawMessage
		Content    json.RawMessage
		Salt       []byte
		Commitment []byte
		Leaf       []byte
	}
}

// leafOf computes the hash of the leaf of a line.
func leafOf(tenant string, l line) (hash tlog.Hash, err error) {
	entry := l.Entry
	if entry.Leaf != nil {
		copy(hash[:], entry.Leaf)
		return hash, nil
	}
	id, err := hex.DecodeString(strings.ReplaceAll(entry.Id, "-", ""))
	if err != nil {
		return hash, err
	}
	commitment := entry.Commitment
	if entry.Content != nil {
		salted := append([]byte("logs-ledger/content/v1\x00"), entry.Salt...)
		sum := sha256.Sum256(append(salted, entry.Content...))
		commitment = sum[:]
	}
	facts := sha256.Sum256(entry.Facts)
	leaf := []byte("logs-ledger/leaf/v1\x00")
	leaf = binary.BigEndian.AppendUint32(leaf, uint32(len(tenant)))
	leaf = append(leaf, tenant...)
	leaf = binary.BigEndian.AppendUint16(leaf, entry.Kind)
	leaf = append(leaf, id...)
	leaf = binary.BigEndian.AppendUint64(leaf, uint64(entry.RecordedAt))
	leaf = append(leaf, facts[:]...)
	leaf = append(leaf, commitment...)
	return tlog.RecordHash(leaf), nil
}

// manifest is what manifest.json says.
type manifest struct {
	Format string
	Tenant string
}

// logged checks that an entry is in the log: by its own proof, or by one that is made of tiles.
func logged(tree tlog.Tree, l line, leaf tlog.Hash, selection bool, hashes tlog.HashReader) error {
	var proof tlog.RecordProof
	if selection {
		for _, bytes := range l.Proof {
			var hash tlog.Hash
			copy(hash[:], bytes)
			proof = append(proof, hash)
		}
	} else {
		var err error
		if proof, err = tlog.ProveRecord(tree.N, l.Index, hashes); err != nil {
			return err
		}
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, l.Index, leaf); err != nil {
		return fmt.Errorf("entry %d: %v", l.Index, err)
	}
	return nil
}

func run(vkey, dir string, trusted []string) error {
	key, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	tree, err := open(filepath.Join(dir, "checkpoint"), key)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return err
	}
	var said manifest
	if err := json.Unmarshal(text, &said); err != nil {
		return err
	}
	selection := said.Format == "logs-ledger/selection/v1"
	var hashes tlog.HashReader
	if !selection {
		hashes = tlog.TileHashReader(tree, tiles{dir})
	}
	file, err := os.Open(filepath.Join(dir, "entries.ndjson"))
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 3<<20)
	entries := int64(0)
	for last := int64(-1); lines.Scan(); entries++ {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return err
		}
		if l.Index <= last || (!selection && l.Index != entries) {
			return fmt.Errorf("entry %d behind %d", l.Index, last)
		}
		last = l.Index
		leaf, err := leafOf(said.Tenant, l)
		if err != nil {
			return err
		}
		if err := logged(tree, l, leaf, selection, hashes); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if !selection && entries != tree.N {
		return fmt.Errorf("%d entries of %d", entries, tree.N)
	}
	older, err := filepath.Glob(filepath.Join(dir, "checkpoints", "*"))
	if err != nil {
		return err
	}
	known := []tlog.Tree{tree}
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
		known = append(known, old)
	}
	for _, file := range trusted {
		old, err := open(file, key)
		if err != nil {
			return err
		}
		if err := extends(tree, old, known, hashes); err != nil {
			return fmt.Errorf("%s: %v", file, err)
		}
	}
	fmt.Printf("intact: %d entries, %d older checkpoints\n", entries, len(older))
	return nil
}

// extends checks that the log extends a checkpoint: by tiles, or since it is one of those that it is known to extend.
func extends(tree, old tlog.Tree, known []tlog.Tree, hashes tlog.HashReader) error {
	if hashes != nil {
		proof, err := tlog.ProveTree(tree.N, old.N, hashes)
		if err != nil {
			return err
		}
		return tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
	}
	for _, one := range known {
		if one == old {
			return nil
		}
	}
	return fmt.Errorf("nothing leads from it")
}
