# Runs the blocks of a Markdown page. Source it after pgrx-config/cluster.sh. With WRITE=1 an output that is not
# what the page states is written into the page instead of ending the test.
PAGE_VARIABLES=() # psql variables that the pages' statements use, such as -v tenant=…

# split_page FILE FOLDER: one file a fenced block, block-NN.KIND, by its place. A block of no kind that
# stands right below one of sql is what that one prints: kind output.
split_page() {
    mkdir -p "$2"
    awk -v folder="$2" '
        /^```/ && open { open = 0; next }
        /^```/ {
            open = 1; kind = substr($0, 4)
            if (kind == "") kind = (last == "sql" && close_to) ? "output" : "plain"
            last = kind; n++; file = sprintf("%s/block-%02d.%s", folder, n, kind); printf "" > file; next
        }
        { close_to = open && kind == "sql" }
        open { print > file }' "$1"
}

# What a table looks like apart from trailing blanks, empty lines and the count of rows.
plain_table() { sed -E 's/ +$//' | grep -v '^([0-9]* rows\?)$' | grep . || true; }

# run_block FILE: prints what it prints; ends the test when it fails or is not what the page states.
run_block() {
    local output stated
    case $1 in
    *.sql) output=$("$SERVER_BIN/psql" -X -q -v ON_ERROR_STOP=1 "${PAGE_VARIABLES[@]}" <"$1" 2>&1) || { cat "$1"; fail "$output"; } ;;
    *.sh) output=$(bash -euo pipefail "$1" 2>&1) || { cat "$1"; fail "$output"; } ;;
    esac
    printf '%s\n' "$output"
    stated=$(printf '%s/block-%02d.output' "$(dirname "$1")" $((10#$(basename "$1" | tr -dc 0-9) + 1)))
    if [ -e "$stated" ]; then
        printf '%s\n' "$output" | plain_table >"${1%.*}.given"
        if [ -n "${WRITE:-}" ]; then return; fi
        diff <(plain_table <"$stated") "${1%.*}.given" >"${1%.*}.diff" ||
            { cat "$1" "${1%.*}.diff" >&2; fail "the page's block states another output than it gives (< stated, > given)"; }
    fi
}

# run_page FILE [sql]: all sql and sh blocks, or those of sql alone, from top to bottom, in a folder of their own; how
# many is in RAN.
run_page() {
    local folder block output
    folder=$CLUSTER/pages/${1//\//_}
    split_page "$1" "$folder"
    mkdir -p "$folder/work"
    RAN=0
    for block in "$folder"/block-*."${2:-s}"*; do
        output=$(cd "$folder/work" && run_block "$block") || { printf '%s\n' "$output"; exit 1; }
        RAN=$((RAN + 1))
        if grep -q 'FAILED' <<<"$output"; then fail "$(cat "$block") says: $output"; fi
        if [ -n "${VERBOSE:-}" ]; then printf '%s\n' "$output"; fi
    done
    if [ -n "${WRITE:-}" ]; then write_outputs "$1" "$folder"; fi
}

# write_outputs FILE FOLDER: puts what run_page kept into the page, below the blocks it belongs to.
write_outputs() {
    python3 tests/write_outputs.py "$1" "$2"
}

# database_of_page NAME: the page's own database, once the scheduler that lives in it has let go.
database_of_page() {
    psql -c "CREATE DATABASE $1"
    export PGDATABASE=$1 PATH=$SERVER_BIN:$PATH
    for _ in $(seq 600); do
        if psql -At -c 'SELECT 1' >/dev/null 2>&1; then return; fi
        sleep 0.1
    done
    fail "no connection to database $1"
}
