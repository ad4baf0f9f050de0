#include "shim-binding.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MPOL_PREFERRED = 1, MPOL_BIND = 2, MPOL_INTERLEAVE = 3 }; /* linux/mempolicy.h */

struct options opt = {.mask = 077};

_Noreturn void die(const char *what) {
  fprintf(stderr, "stoker-shim cannot %s: %s\n", what, strerror(errno));
  exit(1);
}

/* Calls visit for each number of a Linux list such as "0-3,8". */
static void each_number(const char *list, void (*visit)(long)) {
  for (const char *at = list; *at;) {
    char *end;
    long first = strtol(at, &end, 10), last = first;
    if (end != at && *end == '-') last = strtol(at = end + 1, &end, 10);
    if (end == at || first < 0 || last < first || last >= CPU_SETSIZE || (*end && *end != ',')) {
      errno = EINVAL;
      die("read a list of CPUs, nodes or groups");
    }
    for (; first <= last; first++) visit(first);
    at = *end ? end + 1 : end;
  }
}

static cpu_set_t cpus;
static unsigned long nodes[CPU_SETSIZE / (8 * sizeof(long))];
static void add_cpu(long n) { CPU_SET(n, &cpus); }
static void add_node(long n) { nodes[n / (8 * sizeof(long))] |= 1UL << n % (8 * sizeof(long)); }

static void bind_cpus(const char *list) {
  cpu_set_t in_force;
  each_number(list, add_cpu);
  if (sched_setaffinity(0, sizeof cpus, &cpus) || sched_getaffinity(0, sizeof in_force, &in_force)) die("bind its CPUs");
  errno = EINVAL; /* the kernel leaves forbidden CPUs out without a word */
  if (!CPU_EQUAL(&cpus, &in_force)) die("bind all of its CPUs");
}

static void bind_memory(const char *policy) {
  const char *list = strchr(policy, ':');
  int mode = !strncmp(policy, "bind:", 5)         ? MPOL_BIND
             : !strncmp(policy, "preferred:", 10) ? MPOL_PREFERRED
                                                  : MPOL_INTERLEAVE;
  each_number(list ? list + 1 : "x", add_node);
  if (syscall(SYS_set_mempolicy, mode, nodes, (unsigned long)CPU_SETSIZE)) die("set its memory policy");
}

static void add_limit(const char *text) {
  static const struct { const char *name; int resource; } known[] = {
      {"as", RLIMIT_AS},       {"core", RLIMIT_CORE},       {"fsize", RLIMIT_FSIZE}, {"memlock", RLIMIT_MEMLOCK},
      {"nproc", RLIMIT_NPROC}, {"nofile", RLIMIT_NOFILE},   {"stack", RLIMIT_STACK}};
  size_t length = strcspn(text, "=");
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (strlen(known[i].name) == length && !strncmp(known[i].name, text, length) && text[length] &&
        opt.limit_count < MOST_LIMITS) {
      rlim_t value = strtoull(text + length + 1, NULL, 10);
      opt.limits[opt.limit_count].resource = known[i].resource;
      opt.limits[opt.limit_count++].value = (struct rlimit){value, value};
      return;
    }
  }
  errno = EINVAL;
  die("read a limit");
}

static void add_groups(const char *list) {
  for (char *end; *list; list = *end ? end + 1 : end) {
    if (opt.group_count == MOST_GROUPS) die("hold that many groups");
    opt.groups[opt.group_count++] = (gid_t)strtoul(list, &end, 10);
  }
}

/*
 * In a mount namespace of its own the session sees these devices on mounts that open none (MS_NODEV, mount(2)): OpenGL
 * and Vulkan do not read CUDA_VISIBLE_DEVICES. What the machine mounts later still arrives (MS_SLAVE).
 */
static void hide_devices(void) {
  if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL)) die("have mounts of its own");
  for (int i = 0; i < opt.hidden_count; i++) {
    const char *device = opt.hidden[i];
    if (access(device, F_OK)) continue; /* not there, so not to be opened */
    if (mount(device, device, NULL, MS_BIND, NULL) ||
        mount(NULL, device, NULL, MS_BIND | MS_REMOUNT | MS_NODEV | MS_NOSUID | MS_NOEXEC, NULL)) {
      die(device);
    }
  }
}

bool put(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  bool done = fd >= 0 && write(fd, text, strlen(text)) >= 0;
  if (fd >= 0) close(fd);
  return done;
}

/* NULL, or the file that could not be written. */
static const char *join(const char *group) {
  static char path[4096];
  snprintf(path, sizeof path, "%s/cgroup.procs", group);
  return put(path, "0") ? NULL : path;
}

/* The control group of the shim itself, which the agent's own must not be: the agent is stopped without us. */
static void join_home(const char *group) {
  const char *path = join(group);
  if (path) die(path);
}

void read_options(int argc, char **argv) {
  for (int i = 2; i + 1 < argc; i += 2) {
    const char *name = argv[i], *value = argv[i + 1];
    if (!strcmp(name, "--home")) join_home(value); /* first: a cpuset undoes an affinity that was set before */
    else if (!strcmp(name, "--cpus")) bind_cpus(value);
    else if (!strcmp(name, "--memory-policy")) bind_memory(value);
    else if (!strcmp(name, "--cgroup") && opt.cgroup_count < MOST_CGROUPS) opt.cgroups[opt.cgroup_count++] = value;
    else if (!strcmp(name, "--user")) opt.has_user = true, opt.uid = (uid_t)strtoul(value, NULL, 10);
    else if (!strcmp(name, "--group")) opt.gid = (gid_t)strtoul(value, NULL, 10);
    else if (!strcmp(name, "--groups")) add_groups(value);
    else if (!strcmp(name, "--limit")) add_limit(value);
    else if (!strcmp(name, "--oom-score")) opt.oom_score = value;
    else if (!strcmp(name, "--nice")) opt.nice = atoi(value);
    else if (!strcmp(name, "--umask")) opt.mask = (mode_t)strtoul(value, NULL, 8);
    else if (!strcmp(name, "--idle")) opt.idle_seconds = atol(value);
    else if (!strcmp(name, "--orphan")) opt.orphan_seconds = atol(value);
    else if (!strcmp(name, "--hide") && opt.hidden_count < MOST_HIDDEN) opt.hidden[opt.hidden_count++] = value;
    else errno = EINVAL, die(name);
  }
  if (opt.hidden_count) hide_devices();
}

const char *bind_action(void) {
  for (int i = 0; i < opt.cgroup_count; i++) {
    const char *path = join(opt.cgroups[i]);
    if (path) return path;
  }
  if (opt.oom_score && !put("/proc/self/oom_score_adj", opt.oom_score)) return "oom_score_adj";
  if (opt.nice && setpriority(PRIO_PROCESS, 0, opt.nice)) return "nice";
  for (int i = 0; i < opt.limit_count; i++) {
    if (setrlimit(opt.limits[i].resource, &opt.limits[i].value)) return "setrlimit";
  }
  umask(opt.mask);
  if (opt.has_user && (setgroups(opt.group_count, opt.groups) || setresgid(opt.gid, opt.gid, opt.gid) ||
                       setresuid(opt.uid, opt.uid, opt.uid))) {
    return "change to the job's user";
  }
  return NULL;
}
