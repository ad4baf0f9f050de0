/*
 * stoker-shim CONTROL [OPTION VALUE]...
 *
 * Stands between the agent and the renderers of one session, and outlives the agent. It binds itself to its CPUs and
 * memory nodes before it starts anything, runs one action at a time, and when an action ends, so does every process
 * that the action started: the shim is child subreaper (prctl(2)), so daemons that forked twice become its children.
 *
 * In the folder CONTROL, which only the agent's user may enter:
 *   commands   FIFO, one line each: "run N", "term N", "kill N", "ping", "end"; an N that was run before is not run again,
 *              so that an agent which adopts the shim may repeat the last command
 *   events     FIFO, "ended N COUNT HOW" after each action, as in N.exit, which a full disk may have swallowed;
 *              end of file: the shim is gone
 *   shim.pid   "PID STARTTIME" (proc(5), stat field 22)
 *   N.action   what to run, NUL-terminated: "1", keep (0|1), limit in seconds (0: none), folder, number of variables,
 *              the variables, the arguments. keep: what it leaves running lives until the session ends
 *   N.log      its stdout and stderr
 *   N.pid      "PID STARTTIME", by rename
 *   N.exit     by rename, when its processes are gone: "exit CODE", "signal NUMBER" or "start WHAT: WHY";
 *              then "left COUNT": processes that SIGKILL did not end within ten seconds
 *
 * The shim keeps the agent's user; actions drop to the job's user before exec, so no job can touch it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shim-binding.h"

enum { MOST_KEPT = 256, MOST_CHILDREN = 4096 };
enum { MOST_ACTION_BYTES = 4 << 20, SWEEP_SECONDS = 10 };

static struct {
  long id;
  pid_t pid; /* 0: no action */
  bool keep;
  bool reaped;
  int status;
  int failed; /* read end: why it could not be started */
  long end_by; /* seconds, 0: whenever */
} action;

static pid_t kept[MOST_KEPT];
static int kept_count;
static int commands, events, signals;
static long heard; /* when the agent last said something, or an action last ran */
static sigset_t handled, unblocked;

static long now_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_BOOTTIME, &t);
  return t.tv_sec;
}

/* Writes all of a small file; with a temporary name first, so that a reader finds all of it or nothing. */
static void publish(const char *name, const char *format, ...) {
  char text[512], temporary[64];
  va_list values;
  va_start(values, format);
  int length = vsnprintf(text, sizeof text, format, values);
  va_end(values);
  if (length >= (int)sizeof text) length = sizeof text - 1;
  snprintf(temporary, sizeof temporary, "%s.part", name);
  int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0 || write(fd, text, length) != length || close(fd) || rename(temporary, name)) {
    dprintf(events, "broken %s\n", name);
  }
}

static unsigned long long start_time(pid_t pid) {
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (fd >= 0) close(fd);
  if (length <= 0) return 0;
  text[length] = 0;
  char *at = strrchr(text, ')'); /* the name before it may hold anything */
  for (int field = 2; at && field < 22; field++) at = strchr(at + 1, ' ');
  return at ? strtoull(at + 1, NULL, 10) : 0;
}

static _Noreturn void give_up(int failed, const char *what) {
  dprintf(failed, "%s: %s", what, strerror(errno));
  _exit(127);
}

/* Becomes the action; everything that binds it is done before exec. */
static _Noreturn void become(char *folder, char **variables, char **arguments, int log, int failed, pid_t shim) {
  setsid();
  for (int s = 1; s < 32; s++) signal(s, SIG_DFL);
  sigprocmask(SIG_SETMASK, &unblocked, NULL);
  const char *what = bind_action();
  if (what) give_up(failed, what);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != shim) _exit(127);
  if (chdir(folder)) give_up(failed, folder);
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0) give_up(failed, "redirect");
  environ = variables;
  execvp(arguments[0], arguments);
  give_up(failed, arguments[0]);
}

static void report(const char *how, int left) {
  char name[48];
  snprintf(name, sizeof name, "%ld.exit", action.id);
  publish(name, "%s\nleft %d\n", how, left);
  dprintf(events, "ended %ld %d %s\n", action.id, left, how); /* below PIPE_BUF: never torn */
  heard = now_seconds();
}

/* Splits N.action in place and starts it. */
static void run(long id) {
  char name[48], *text = NULL;
  struct stat file = {0};
  int pipes[2] = {-1, -1}, log = -1;
  if (action.pid || id <= action.id) return; /* one at a time, each once: an agent that adopts us repeats itself */
  action.id = id;
  snprintf(name, sizeof name, "%ld.action", id);
  int fd = open(name, O_RDONLY | O_CLOEXEC);
  bool read_all = fd >= 0 && !fstat(fd, &file) && file.st_size > 0 && file.st_size <= MOST_ACTION_BYTES &&
                  (text = malloc(file.st_size)) && read(fd, text, file.st_size) == file.st_size &&
                  !text[file.st_size - 1];
  if (fd >= 0) close(fd);
  size_t count = 0, field = 0;
  for (off_t i = 0; read_all && i < file.st_size; i++) count += !text[i];
  char **fields = calloc(count + 2, sizeof *fields);
  for (off_t i = 0; read_all && fields && i < file.st_size; i += strlen(text + i) + 1) fields[field++] = text + i;
  size_t variables = field > 5 ? strtoul(fields[4], NULL, 10) : 0;
  snprintf(name, sizeof name, "%ld.log", id);
  if (field < 6 || strcmp(fields[0], "1") || variables >= field - 5) {
    report("start action file: it is missing or not understood", 0);
  } else if ((log = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) < 0 || pipe2(pipes, O_CLOEXEC | O_NONBLOCK)) {
    report("start log: it cannot be opened", 0);
  } else {
    char **arguments = fields + 5 + variables, **environment = calloc(variables + 1, sizeof *environment);
    memcpy(environment, fields + 5, variables * sizeof *environment);
    pid_t shim = getpid(), pid = fork();
    if (!pid) become(fields[3], environment, arguments, log, pipes[1], shim);
    if (pid < 0) {
      report("start fork: the system has no room for another process", 0);
    } else {
      long limit = atol(fields[2]);
      action.pid = pid;
      action.keep = *fields[1] == '1';
      action.reaped = false;
      action.end_by = limit ? now_seconds() + limit : 0;
      action.failed = dup(pipes[0]);
      fcntl(action.failed, F_SETFD, FD_CLOEXEC);
      snprintf(name, sizeof name, "%ld.pid", id);
      publish(name, "%d %llu\n", (int)pid, start_time(pid));
    }
    free(environment);
  }
  if (log >= 0) close(log);
  if (pipes[0] >= 0) close(pipes[0]), close(pipes[1]);
  free(fields);
  free(text);
}

static int list_children(pid_t *pids) {
  FILE *file = fopen("/proc/thread-self/children", "re");
  int count = 0;
  while (file && count < MOST_CHILDREN && fscanf(file, "%d", &pids[count]) == 1) count++;
  if (file) fclose(file);
  return count;
}

static bool is_kept(pid_t pid) {
  for (int i = 0; i < kept_count; i++) {
    if (kept[i] == pid) return true;
  }
  return false;
}

static void reap(void) {
  int status;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (pid == action.pid) action.reaped = true, action.status = status;
    for (int i = 0; i < kept_count; i++) {
      if (kept[i] == pid) kept[i] = kept[--kept_count];
    }
  }
}

/* Ends every child that is not kept. Each that dies hands its own children to us, so this goes on until none is left. */
static int sweep(void) {
  static pid_t pids[MOST_CHILDREN];
  long give_up_at = now_seconds() + SWEEP_SECONDS;
  for (;;) {
    int alive = 0, count;
    reap();
    count = list_children(pids);
    for (int i = 0; i < count; i++) {
      if (!is_kept(pids[i])) kill(pids[i], SIGKILL), alive++;
    }
    if (!alive || now_seconds() > give_up_at) return alive;
    for (int i = 0; i < opt.cgroup_count && !kept_count; i++) { /* version 2: whoever forks faster than we kill */
      char path[4096];
      snprintf(path, sizeof path, "%s/cgroup.kill", opt.cgroups[i]);
      put(path, "1");
    }
    struct timespec wait = {0, 50 * 1000 * 1000};
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigtimedwait(&child, NULL, &wait);
  }
}

/* When the action's own process has ended: ends the rest, then says how it went. */
static void settle(void) {
  siginfo_t info = {0};
  bool ended = action.pid && !waitid(P_PID, action.pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid;
  if (!ended) {
    reap();
    if (!action.pid || !action.reaped) return;
  }
  static pid_t pids[MOST_CHILDREN];
  char why[256], how[320];
  int left = 0;
  if (action.keep) {
    reap();
    int count = list_children(pids);
    kept_count = 0;
    while (kept_count < count && kept_count < MOST_KEPT) kept[kept_count] = pids[kept_count], kept_count++;
  } else {
    if (!action.reaped) kill(-action.pid, SIGKILL); /* before it is reaped its group cannot be anybody else's */
    left = sweep();
  }
  ssize_t length = read(action.failed, why, sizeof why - 1);
  close(action.failed);
  if (length > 0) {
    why[length] = 0;
    for (char *c = why; (c = strchr(c, '\n'));) *c = ' '; /* of a program's name */
    snprintf(how, sizeof how, "start %s", why);
  } else if (WIFSIGNALED(action.status)) {
    snprintf(how, sizeof how, "signal %d", WTERMSIG(action.status));
  } else {
    snprintf(how, sizeof how, "exit %d", WEXITSTATUS(action.status));
  }
  report(how, left);
  action.pid = 0;
}

static _Noreturn void end(void) {
  if (action.pid) {
    action.keep = false;
    kill(-action.pid, SIGKILL);
  }
  kept_count = 0;
  int left = sweep();
  if (action.pid) settle();
  unlink("commands");
  unlink("shim.pid");
  exit(left ? 1 : 0);
}

/* The action has no group of its own before its setsid: a signal that comes with its start would be lost. */
static void tell_action(int signal) {
  if (kill(-action.pid, signal)) kill(action.pid, signal);
}

static void obey(char *line) {
  long id = strchr(line, ' ') ? atol(strchr(line, ' ')) : 0;
  if (!strncmp(line, "run ", 4)) run(id);
  else if (!strcmp(line, "end")) end();
  else if (!action.pid || id != action.id) return; /* it has just ended by itself */
  else if (!strncmp(line, "term ", 5)) tell_action(SIGTERM);
  else if (!strncmp(line, "kill ", 5)) action.keep = false, tell_action(SIGKILL);
}

/* Reads what has come and obeys whole lines; writes below PIPE_BUF are never torn (pipe(7)). */
static void read_commands(void) {
  static char text[8192];
  static size_t held;
  ssize_t length = read(commands, text + held, sizeof text - 1 - held);
  if (length <= 0) return;
  held += length;
  char *line = text;
  for (char *stop; (stop = memchr(line, '\n', text + held - line)); line = stop + 1) {
    *stop = 0;
    obey(line);
  }
  held -= line - text;
  memmove(text, line, held);
  if (held == sizeof text - 1) held = 0; /* no command is that long */
}

static void open_control(const char *folder) {
  if (chdir(folder)) die("enter its control folder");
  unlink("commands"), unlink("events");
  if (mkfifo("commands", 0600) || mkfifo("events", 0600)) die("make its pipes");
  /* Both ends ours: neither reading nor writing ends when the agent does. */
  commands = open("commands", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  events = open("events", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (commands < 0 || events < 0) die("open its pipes");
  sigemptyset(&handled);
  sigaddset(&handled, SIGCHLD), sigaddset(&handled, SIGTERM), sigaddset(&handled, SIGINT), sigaddset(&handled, SIGHUP);
  sigemptyset(&unblocked);
  if (sigprocmask(SIG_BLOCK, &handled, NULL) || (signals = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK)) < 0) {
    die("receive signals");
  }
}

int main(int argc, char **argv) {
  if (argc < 2 || argc % 2) {
    fprintf(stderr, "usage: stoker-shim CONTROL [OPTION VALUE]...\n");
    return 2;
  }
  umask(077);
  signal(SIGPIPE, SIG_IGN);
  setsid(); /* no terminal's Ctrl-C reaches renderers but through the agent */
  if (prctl(PR_SET_CHILD_SUBREAPER, 1)) die("become child subreaper");
  if (access("/proc/thread-self/children", R_OK)) die("list children (CONFIG_PROC_CHILDREN)");
  read_options(argc, argv);
  open_control(argv[1]);
  publish("shim.pid", "%d %llu\n", (int)getpid(), start_time(getpid()));
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0 || dup2(nothing, 0) < 0 || dprintf(1, "ready\n") < 0) die("say that it is ready");
  dup2(nothing, 1), dup2(nothing, 2);

  for (heard = now_seconds();;) {
    struct pollfd ready[] = {{.fd = commands, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    long patience = action.pid ? opt.orphan_seconds : opt.idle_seconds;
    poll(ready, 2, patience || (action.pid && action.end_by) ? 1000 : -1);
    if (ready[1].revents) {
      struct signalfd_siginfo got;
      while (read(signals, &got, sizeof got) == sizeof got) {
        if (got.ssi_signo == SIGTERM || got.ssi_signo == SIGINT) end();
      }
      settle();
    }
    if (ready[0].revents) {
      heard = now_seconds();
      read_commands();
    }
    if (action.pid && action.end_by && now_seconds() > action.end_by) kill(-action.pid, SIGKILL);
    if (patience && now_seconds() - heard > patience) end();
  }
}
