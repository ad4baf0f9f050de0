package dev.stoker.agent.launch;

import dev.stoker.agent.launch.SessionBinding.JobUser;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a session leaves that is not in its folders: processes that got away from its shim, files in
 * the folders that everybody may write to, shared memory, timed commands. All of an account that
 * only sessions have. Needs root.
 */
final class AccountRemains {
  /** Where any account can leave files on a usual machine; those that are missing are skipped. */
  private static final List<String> OPEN_FOLDERS =
      List.of(
          "/tmp",
          "/var/tmp",
          "/dev/shm",
          "/dev/mqueue",
          "/run/lock",
          "/var/spool/cron",
          "/var/spool/cron/crontabs",
          "/var/spool/cron/atjobs",
          "/var/spool/at");

  /** A kind of System V object: its table of the kernel's, and the option of ipcrm(1). */
  private record Ipc(String table, String idColumn, String option) {}

  private static final List<Ipc> IPC =
      List.of(
          new Ipc("shm", "shmid", "--shmem-id"),
          new Ipc("sem", "semid", "--semaphore-id"),
          new Ipc("msg", "msqid", "--queue-id"));

  /** SIGKILL takes effect at once unless a process hangs in the kernel. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final long PAUSE_MILLIS = 10;

  private AccountRemains() {}

  /**
   * Takes all of it away.
   *
   * @throws IOException in one sentence, when something stays
   */
  static void remove(JobUser user) throws IOException, InterruptedException {
    endProcesses(user);
    removeFiles(user.uid());
    for (Ipc kind : IPC) {
      removeIpc(user.uid(), kind);
    }
  }

  private static void endProcesses(JobUser user) throws IOException, InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      List<Long> running = processes(user.uid());
      if (running.isEmpty()) {
        return;
      }
      if (System.nanoTime() - until > 0) {
        throw new IOException("its process " + running.getFirst() + " does not end.");
      }
      // One call for all there are: a program that forks as fast as it is killed gets nowhere.
      run(
          List.of(
              "setpriv",
              "--reuid=" + user.uid(),
              "--regid=" + user.gid(),
              "--clear-groups",
              "sh",
              "-c",
              "kill -9 -1"));
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
  }

  /** Those of which any of the four ids is the account's; zombies, which run nothing, left out. */
  static List<Long> processes(int uid) throws IOException {
    List<Long> found = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (isOf(uid, process)) {
          found.add(Long.valueOf(process.getFileName().toString()));
        }
      }
    }
    return found;
  }

  private static boolean isOf(int uid, Path process) {
    try {
      boolean zombie = false;
      for (String line : Files.readAllLines(process.resolve("status"))) {
        zombie |= line.startsWith("State:\tZ");
        if (line.startsWith("Uid:")) {
          return !zombie && List.of(line.split("\\s+")).contains("" + uid);
        }
      }
    } catch (IOException e) {
      return false; // ended meanwhile
    }
    return false;
  }

  /**
   * Whole trees of the account's, by find and rm of every distribution, which go into folders by
   * descriptor: nobody can put a link in the place of one, or nest them too deep. Folders that only
   * others may write to hold nothing of the account's and are not searched.
   */
  private static void removeFiles(int uid) throws IOException, InterruptedException {
    List<String> folders =
        OPEN_FOLDERS.stream().filter(folder -> new File(folder).isDirectory()).toList();
    List<String> search = new ArrayList<>(List.of("find"));
    search.addAll(folders);
    search.addAll(List.of("-xdev", "-mindepth", "1"));
    search.addAll(
        List.of("-type", "d", "!", "-perm", "-o+w", "!", "-uid", "" + uid, "-prune", "-o"));
    search.addAll(List.of("-uid", "" + uid));
    run(with(search, "-prune", "-execdir", "rm", "-rf", "--one-file-system", "--", "{}", ";"));
    String left = run(with(search, "-print", "-quit"));
    if (!left.isBlank()) {
      throw new IOException("its file " + left.strip() + " cannot be removed.");
    }
  }

  private static List<String> with(List<String> command, String... more) {
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of(more));
    return all;
  }

  private static void removeIpc(int uid, Ipc kind) throws IOException, InterruptedException {
    Path table = Path.of("/proc/sysvipc", kind.table());
    if (!Files.isReadable(table)) {
      return;
    }
    List<String> lines = Files.readAllLines(table);
    List<String> columns = List.of(lines.getFirst().strip().split("\\s+"));
    int id = columns.indexOf(kind.idColumn());
    int owner = columns.indexOf("uid");
    int maker = columns.indexOf("cuid");
    for (String line : lines.subList(1, lines.size())) {
      List<String> values = List.of(line.strip().split("\\s+"));
      if (values.get(owner).equals("" + uid) || values.get(maker).equals("" + uid)) {
        run(List.of("ipcrm", kind.option(), values.get(id)));
      }
    }
  }

  /** What it printed. */
  private static String run(List<String> command) throws IOException, InterruptedException {
    Path said = Files.createTempFile("stoker-account-", ".txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .redirectOutput(said.toFile())
              .start();
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new IOException(String.join(" ", command) + " does not end.");
      }
      return Files.readString(said);
    } finally {
      Files.deleteIfExists(said);
    }
  }
}
