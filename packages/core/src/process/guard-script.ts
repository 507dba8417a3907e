/**
 * The helper that ends what a dead host leaves. A POSIX shell script, because a shell takes 1 MB where a second Node would take 40. It reads lines from a
 * pipe that only the host holds: `+ marker pid group-directory` to hold a tree, `- marker` to let it go, `> directory` and `< directory` for a private
 * directory. The pipe ends when the host does, however it dies. Then: TERM to every process that carries a marker held, and to its children; up to
 * $1 fifths of a second for them to end; then STOP, look again and KILL until two looks in a row find nobody. $2 is the host's file in the registry.
 *
 * A pid is signalled only because its environment holds one of the markers at that moment, or because it is the child of such a process. Without
 * `/proc`, the process groups of the roots are ended instead, provided that the root still has the start time that it was registered with when the host
 * dies: a root that ends at once must not save the others of its group.
 */
export const guardScript = `
trap '' HUP INT QUIT TERM
set -f
trees='' folders='' nl='
'
without() {
  kept='' old=$IFS IFS=$nl
  for entry in $1; do [ "\${entry%% *}" = "$2" ] || kept="$kept$entry$nl"; done
  IFS=$old
}
has_proc() { [ -r /proc/self/environ ]; }
started() { ps -o lstart= -p "$1" 2>/dev/null | tr ' ' '_'; }
while IFS= read -r line; do
  rest=\${line#* }
  case $line in
    '+ '*)
      without "$trees" "\${rest%% *}"
      has_proc || { set -- "$1" "$2" $rest; rest="$3 \${4:-0} \${5:--} $(started "\${4:-0}")"; }
      trees="$kept$rest$nl" ;;
    '- '*) without "$trees" "$rest"; trees=$kept ;;
    '> '*) folders="$folders$rest$nl" ;;
    '< '*) old=$IFS IFS=$nl kept=''
      for entry in $folders; do [ "$entry" = "$rest" ] || kept="$kept$entry$nl"; done
      IFS=$old folders=$kept ;;
  esac
done
walk() {
  for pid in "$@"; do
    echo "$pid"
    set +f
    walk $(cat /proc/$pid/task/*/children 2>/dev/null)
    set -f
  done
}
each() {
  old=$IFS IFS=$nl
  for entry in $trees; do IFS=$old; "$@" $entry; IFS=$nl; done
  IFS=$old
}
pattern() { patterns="$patterns -e $1"; }
verify() { [ "$(started "$2")" != "\${4:-none}" ] || groups="$groups $2"; }
# A number that no process has as its group any more may go to a stranger.
prune() {
  has_proc && return
  kept='' table=" $(echo $(ps -axo pgid=)) "
  for number in $groups; do case $table in *" $number "*) kept="$kept $number" ;; esac; done
  groups=$kept
}
members() {
  if has_proc; then
    set +f
    for file in $(grep -lsF $patterns /proc/[0-9]*/environ); do file=\${file#/proc/}; walk "\${file%/environ}"; done
    set -f
  else
    ps -axo pid=,pgid= | while read -r pid pgid; do case "$groups " in *" $pgid "*) echo "$pid" ;; esac; done
  fi
}
signal() { [ -z "$2" ] || kill -s "$1" $2 2>/dev/null; }
end_group() { [ "\${3:--}" = - ] || echo 1 > "$3/cgroup.kill"; }
drop_group() { [ "\${3:--}" = - ] || rmdir "$3"; }
if [ -n "$trees" ]; then
  patterns='' groups=''
  each pattern
  has_proc || each verify
  signal TERM "$(members)"
  turns=0
  while [ "$turns" -lt "$1" ] && [ -n "$(members)" ]; do turns=$((turns + 1)); prune; sleep 0.2 2>/dev/null || sleep 1; done
  each end_group 2>/dev/null
  empty=0 turns=0
  while [ "$empty" -lt 2 ] && [ "$turns" -lt 100 ]; do
    prune
    turns=$((turns + 1)) found=$(members)
    if [ -z "$found" ]; then
      empty=$((empty + 1))
    else
      empty=0
      signal STOP "$found"
      signal KILL "$found $(members)"
      sleep 0.05 2>/dev/null || sleep 1
    fi
  done
  each drop_group 2>/dev/null
fi
old=$IFS IFS=$nl
for folder in $folders; do case \${folder##*/} in subwire-*) rm -rf -- "$folder" ;; esac; done
# With nothing held, the host has removed it itself, and may live and have made it anew.
[ -z "$trees$folders" ] || [ -z "$2" ] || rm -f -- "$2"
`;
