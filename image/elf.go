package main

import (
	"bytes"
	"debug/elf"
	"fmt"
)

// What a binary says of the machine that it is for.
var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

// check finds out whether a binary can run in the image: for its architecture, and with nothing beside it. Nothing else
// would notice before a node of that architecture pulls it. Nor that it brings the names of its functions along, which
// nothing reads and every node pulls.
func check(architecture string, program []byte) error {
	file, err := elf.NewFile(bytes.NewReader(program))
	if err != nil {
		return err
	}
	if file.Machine != machines[architecture] {
		return fmt.Errorf("it is for %s, not for %s", file.Machine, architecture)
	}
	if file.SectionByType(elf.SHT_SYMTAB) != nil {
		return fmt.Errorf("it is not stripped: it has a table of symbols")
	}
	for _, part := range file.Progs {
		if part.Type == elf.PT_INTERP {
			return fmt.Errorf("it is not static: it asks for a loader")
		}
	}
	// One that moves itself (static-pie) has a dynamic section too, which names no library.
	libraries, err := file.ImportedLibraries()
	if err == nil && len(libraries) > 0 {
		return fmt.Errorf("it is not static: it asks for %s", libraries)
	}
	return err
}
