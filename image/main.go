// onhook-image puts binaries of the operator into an OCI archive, without a container engine:
//
//	onhook-image [-version V -revision R -created SECONDS -license FILE -output FILE] amd64=BINARY [arm64=BINARY]
//	onhook-image -sbom PREFIX …                besides, writes PREFIX-ARCHITECTURE.cdx.json (sbom.go)
//	onhook-image -roots                        prints the CA certificates that go into the image
//
// The same binaries give the same digest: times, owners, order and modes are fixed, and the CA certificates are those that
// go.mod pins, not this machine's.
package main

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// What the image says of itself. image/Containerfile says the same.
const (
	user  = "65532:65532"
	name  = "docker.io/library/onhook"
	title = "onhook"
	about = "An operator that off-boards people from an 8x8 account, in the right order"
)

// What Rust calls the targets.
var triples = map[string]string{"amd64": "x86_64-unknown-linux-musl", "arm64": "aarch64-unknown-linux-musl"}

type build struct {
	version, revision, license, sboms string
	created                           time.Time
}

// entry is a file of the layer, or a folder where it has no content.
type entry struct {
	path    string
	mode    int64
	content []byte
}

func main() {
	var b build
	flag.StringVar(&b.version, "version", "0.0.0", "version of the operator, and the tag")
	flag.StringVar(&b.revision, "revision", "", "commit that it was built from")
	flag.StringVar(&b.license, "license", "LICENSE", "license that goes into the image")
	created := flag.Int64("created", 0, "time of the commit, in seconds since 1970")
	output := flag.String("output", "onhook.tar", "archive to write")
	flag.StringVar(&b.sboms, "sbom", "", "where to write what each binary links")
	roots := flag.Bool("roots", false, "print the CA certificates that go into the image")
	flag.Parse()
	b.created = time.Unix(*created, 0).UTC()
	err := run(b, *output, *roots, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "onhook-image:", err)
		os.Exit(1)
	}
}

func run(b build, output string, roots bool, binaries []string) error {
	certificates, err := rootsPEM()
	if err != nil {
		return err
	}
	if roots {
		_, err := os.Stdout.Write(certificates)
		return err
	}
	if len(binaries) == 0 {
		return fmt.Errorf("no binary is named: ARCHITECTURE=FILE")
	}
	// The digest is not to depend on the order in which they are named.
	slices.Sort(binaries)
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	var lines []string
	for _, binary := range binaries {
		architecture, file, found := strings.Cut(binary, "=")
		if !found {
			return fmt.Errorf("%s is not ARCHITECTURE=FILE", binary)
		}
		triple, found := triples[architecture]
		if !found {
			return fmt.Errorf("no such architecture: %s", architecture)
		}
		platform := v1.Platform{OS: "linux", Architecture: architecture}
		if architecture == "arm64" {
			platform.Variant = "v8"
		}
		image, err := b.image(platform, file, certificates)
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        image,
			Descriptor: v1.Descriptor{MediaType: types.OCIManifestSchema1, Platform: &platform},
		})
		line, err := describe(platform, image)
		if err != nil {
			return err
		}
		lines = append(lines, line)
		if b.sboms == "" {
			continue
		}
		document, err := b.sbom(triple, file)
		if err != nil {
			return err
		}
		err = os.WriteFile(b.sboms+"-"+architecture+".cdx.json", document, 0o644)
		if err != nil {
			return err
		}
	}
	index = mutate.Annotations(index, b.labels()).(v1.ImageIndex)
	digest, err := index.Digest()
	if err != nil {
		return err
	}
	size, err := b.write(index, output)
	if err != nil {
		return err
	}
	fmt.Printf("%s:%s\n%s\n%s\n%s: %d bytes\n", title, b.version, digest, strings.Join(lines, "\n"), output, size)
	return nil
}

func describe(platform v1.Platform, image v1.Image) (string, error) {
	manifest, err := image.Manifest()
	if err != nil {
		return "", err
	}
	digest, err := image.Digest()
	if err != nil {
		return "", err
	}
	size := manifest.Config.Size
	for _, layer := range manifest.Layers {
		size += layer.Size
	}
	return fmt.Sprintf("%s/%s %s, %d bytes to pull", platform.OS, platform.Architecture, digest, size), nil
}

// rootsPEM are Mozilla's CA certificates for servers. Those that Mozilla trusts only for certificates issued before some
// date are among them, as in Debian's ca-certificates: a PEM file cannot say more.
func rootsPEM() ([]byte, error) {
	var all []*x509.Certificate
	for root := range bundle.Roots() {
		certificate, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			return nil, err
		}
		all = append(all, certificate)
	}
	slices.SortFunc(all, func(a, b *x509.Certificate) int {
		return cmp.Or(cmp.Compare(a.Subject.String(), b.Subject.String()), bytes.Compare(a.Raw, b.Raw))
	})
	var out bytes.Buffer
	for _, certificate := range all {
		fmt.Fprintf(&out, "# %s\n", certificate.Subject)
		if err := pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

func (b build) labels() map[string]string {
	labels := map[string]string{
		"org.opencontainers.image.title":       title,
		"org.opencontainers.image.description": about,
		"org.opencontainers.image.licenses":    "Apache-2.0",
		"org.opencontainers.image.version":     b.version,
		"org.opencontainers.image.created":     b.created.Format(time.RFC3339),
	}
	if b.revision != "" {
		labels["org.opencontainers.image.revision"] = b.revision
	}
	return labels
}

func (b build) image(platform v1.Platform, binary string, certificates []byte) (v1.Image, error) {
	program, err := os.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	if err := check(platform.Architecture, program); err != nil {
		return nil, fmt.Errorf("%s: %w", binary, err)
	}
	license, err := os.ReadFile(b.license)
	if err != nil {
		return nil, err
	}
	content, err := b.tar([]entry{
		{path: "LICENSE", mode: 0o644, content: license},
		{path: "etc/", mode: 0o755},
		{path: "etc/ssl/", mode: 0o755},
		{path: "etc/ssl/certs/", mode: 0o755},
		{path: "etc/ssl/certs/ca-certificates.crt", mode: 0o644, content: certificates},
		{path: "onhook", mode: 0o755, content: program},
	})
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(
		func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
		tarball.WithMediaType(types.OCILayer), tarball.WithCompressionLevel(gzip.BestCompression))
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err = mutate.Append(image, mutate.Addendum{
		Layer:   layer,
		History: v1.History{Created: v1.Time{Time: b.created}, CreatedBy: "image/build.sh"},
	})
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Variant = platform.OS, platform.Architecture, platform.Variant
	config.Created = v1.Time{Time: b.created}
	config.Config = v1.Config{User: user, Entrypoint: []string{"/onhook"}, WorkingDir: "/", Labels: b.labels()}
	return mutate.ConfigFile(image, config)
}

// tar is an archive whose entries all are root's and of the commit's time.
func (b build) tar(entries []entry) ([]byte, error) {
	var out bytes.Buffer
	writer := tar.NewWriter(&out)
	for _, entry := range entries {
		header := tar.Header{
			Name: entry.path, Mode: entry.mode, ModTime: b.created, Format: tar.FormatUSTAR,
			Typeflag: tar.TypeReg, Size: int64(len(entry.content)),
		}
		if strings.HasSuffix(entry.path, "/") {
			header.Typeflag = tar.TypeDir
		}
		if err := writer.WriteHeader(&header); err != nil {
			return nil, err
		}
		if _, err := writer.Write(entry.content); err != nil {
			return nil, err
		}
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// write puts the image into the archive under its name, as docker, podman and containerd read it.
func (b build) write(index v1.ImageIndex, output string) (int, error) {
	folder, err := os.MkdirTemp("", "onhook-image-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	path, err := layout.Write(folder, empty.Index)
	if err != nil {
		return 0, err
	}
	err = path.AppendIndex(index, layout.WithAnnotations(map[string]string{
		"io.containerd.image.name":          name + ":" + b.version,
		"org.opencontainers.image.ref.name": b.version,
	}))
	if err != nil {
		return 0, err
	}
	// In the order of their names, as WalkDir goes.
	var entries []entry
	err = filepath.WalkDir(folder, func(file string, found fs.DirEntry, err error) error {
		if err != nil || file == folder {
			return err
		}
		relative, err := filepath.Rel(folder, file)
		if err != nil {
			return err
		}
		if found.IsDir() {
			entries = append(entries, entry{path: relative + "/", mode: 0o755})
			return nil
		}
		content, err := os.ReadFile(file)
		entries = append(entries, entry{path: relative, mode: 0o644, content: content})
		return err
	})
	if err != nil {
		return 0, err
	}
	content, err := b.tar(entries)
	if err != nil {
		return 0, err
	}
	return len(content), os.WriteFile(output, content, 0o644)
}
