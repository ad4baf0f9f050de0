/* What binds the actions of a session before they execute anything; see stoker-shim.c. */
#ifndef SHIM_BINDING_H
#define SHIM_BINDING_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

enum { MOST_CGROUPS = 8, MOST_GROUPS = 64, MOST_LIMITS = 16, MOST_HIDDEN = 64 };

struct options {
  const char *cgroups[MOST_CGROUPS];
  int cgroup_count;
  bool has_user;
  uid_t uid;
  gid_t gid;
  gid_t groups[MOST_GROUPS];
  int group_count;
  struct { int resource; struct rlimit value; } limits[MOST_LIMITS];
  int limit_count;
  const char *hidden[MOST_HIDDEN]; /* devices that no action can open */
  int hidden_count;
  const char *oom_score;
  int nice;
  mode_t mask;
  long idle_seconds;   /* without an action and a word of the agent's: it ends; 0: never */
  long orphan_seconds; /* the same with an action */
};
extern struct options opt;

/* Says on stderr what cannot be done and why (errno), and ends the shim. */
_Noreturn void die(const char *what);

/* Writes a text to a file of the kernel's. */
bool put(const char *path, const char *text);

/* Reads the options; binds CPUs and memory, and hides devices, of this process and so of all it starts. */
void read_options(int argc, char **argv);

/* Binds the calling process, which is about to become an action, to the rest. NULL, or what failed with errno. */
const char *bind_action(void);

#endif
