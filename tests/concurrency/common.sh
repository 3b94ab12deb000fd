# What the parts of this folder share: an installed extension and the bench's materials.
source "$(dirname "${BASH_SOURCE[0]}")/../../pgrx-config/cluster.sh"

tenant=00000000-0000-4000-8000-00000000be00
facility=00000000-0000-4000-8000-00000000be01

check() { # what, SQL that must return t
    local answer
    answer=$(psql -At -c "$2")
    [ "$answer" = t ] || fail "$1: $answer"
    echo "ok - $1"
}

install_extension() {
    psql -o /dev/null -c 'CREATE EXTENSION pg_replenish' -c 'SELECT replenish.create_roles()' \
        -c 'SET ROLE replenish_owner' -c 'SELECT replenish.install()'
}
