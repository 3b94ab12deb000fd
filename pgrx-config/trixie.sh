# PostgreSQL 17 from Debian 13, unpacked below the private server's folder. Its programs are told to use Debian 13's
# loader and libraries, so they run on this Debian without a chroot, as any account. TRIXIE_MIRROR names
# another mirror than mmdebstrap's. Source it from bash after common.sh.

unpack_trixie() {
    local root program
    root=$(server_root)
    if [ -e "$root/unpacked" ]; then return; fi
    rm -rf "$root"
    # The headers' package alone: what it depends on is a compiler.
    alive "PostgreSQL 17 of Debian 13" as_root mmdebstrap --quiet --mode=root --variant=extract \
        --include=postgresql-17,postgresql-17-cron,postgresql-17-plpgsql-check \
        --extract-hook='cd "$1/tmp" && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get download -q postgresql-server-dev-17 && dpkg -x postgresql-server-dev-17_*.deb "$1"' \
        trixie "$root" ${TRIXIE_MIRROR:-}
    # Compiling queries at run time is the only use of LLVM, and it is large.
    rm -rf "$root"/usr/lib/x86_64-linux-gnu/libLLVM* "$root"/usr/lib/postgresql/17/lib/{llvmjit*,bitcode}
    for program in "$root"/usr/lib/postgresql/17/bin/*; do
        if [ "$(head -c 4 "$program" | tail -c 3)" = ELF ]; then
            patchelf --set-interpreter "$root/usr/lib64/ld-linux-x86-64.so.2" \
                --force-rpath --set-rpath "$root/usr/lib/x86_64-linux-gnu" "$program"
        fi
    done
    # pgTAP is plain SQL; this Debian's says what the versions differ in.
    find "/usr/share/postgresql/$DEBIAN_MAJOR/extension" -name 'pgtap*' -exec cp -t "$root/usr/share/postgresql/17/extension" {} +
    if [ "$(id -u)" != 0 ]; then as_root chown -R "$(id -u):$(id -g)" "$root"; fi
    touch "$root/unpacked"
}
