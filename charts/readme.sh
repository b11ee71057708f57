#!/usr/bin/env bash
# Writes the table of values in the README of each chart, from the comments in its values.yaml: `make generate`. Fails where
# a key has no comment.
#
#   charts/readme.sh            writes
#   charts/readme.sh --check    says whether they are in step
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
check=${1:-}

# Reads what values.yaml is written in: maps in blocks of two spaces, and each value on the line of its key.
table() {
  awk '
    function cell(text) { gsub(/\|/, "\\|", text); return text }
    BEGIN { print "| value | default | what it is |"; print "|---|---|---|" }
    /^ *$/ { said = ""; next }
    /^ *#/ { sub(/^ *# ?/, ""); said = said (said == "" ? "" : " ") $0; next }
    {
      match($0, /^ */); depth = RLENGTH / 2
      line = substr($0, RLENGTH + 1)
      at = index(line, ":")
      if (at == 0 || line ~ /^- / || depth != int(depth)) {
        print FILENAME ":" NR ": a key with its value on one line is expected" >"/dev/stderr"; bad = 1; exit 1
      }
      path[depth] = substr(line, 1, at - 1)
      value = substr(line, at + 1); sub(/^ +/, "", value)
      if (value == "") { said = ""; next }
      name = path[0]; for (i = 1; i <= depth; i++) name = name "." path[i]
      if (said == "") { print FILENAME ":" NR ": " name " has no comment" >"/dev/stderr"; bad = 1 }
      print "| `" name "` | `" cell(value) "` | " cell(said) " |"
      said = ""
    }
    END { exit bad }' "$1"
}

for values in "$here"/*/values.yaml; do
  readme=${values%values.yaml}README.md
  rows=$(cd "$here" && table "${values#"$here"/}")
  new=$(ROWS=$rows awk '
    /^<!-- end of values -->$/ { inside = 0; ends++ }
    !inside { print }
    /^<!-- values: / { inside = 1; begins++; print ENVIRON["ROWS"] }
    END { if (begins != 1 || ends != 1) { print FILENAME ": the two marks of the table are missing" >"/dev/stderr"; exit 1 } }
  ' "$readme")
  if [ "$check" = --check ]; then
    diff "$readme" <(printf '%s\n' "$new") || { echo "$readme is not what values.yaml says: make generate" >&2; exit 1; }
  else
    printf '%s\n' "$new" >"$readme"
  fi
done
