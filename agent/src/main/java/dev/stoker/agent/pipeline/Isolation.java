package dev.stoker.agent.pipeline;

import dev.stoker.agent.azure.MetadataDenial;
import dev.stoker.agent.launch.SessionBinding.JobUser;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** What keeps jobs from the agent, and from the machine's identity. */
final class Isolation {
  private static final Logger LOG = System.getLogger(Isolation.class.getName());

  private Isolation() {}

  /** Enforces what can be, and says what cannot. */
  static void enforce(List<JobUser> users) throws InterruptedException {
    if (isRoot() && !users.isEmpty() && !denied(users)) {
      LOG.log(
          Level.WARNING,
          "Jobs are not isolated: their user can reach the metadata addresses of a cloud, as"
              + " 'ip rule' makes no rule here; install iproute2.");
    }
    if (!isRoot()) {
      LOG.log(
          Level.WARNING,
          "Jobs are not isolated: the agent does not run as root, so they run as its own user, who"
              + " can read its credentials and other jobs' files, reach the metadata addresses of"
              + " a cloud and open every GPU; run it as root with a user for jobs to change that.");
    }
    if (isRoot() && users.isEmpty()) {
      LOG.log(
          Level.WARNING,
          "Jobs are not isolated: the agent runs as root and no job user is set, so every job can"
              + " do what root can; set user in stoker.yaml.");
    }
  }

  /** Whether none of them reaches the metadata addresses; numbers in a row cost one rule. */
  private static boolean denied(List<JobUser> users) throws InterruptedException {
    List<Integer> numbers = users.stream().map(JobUser::uid).sorted().toList();
    int first = numbers.getFirst();
    for (int i = 0; i < numbers.size(); i++) {
      int last = numbers.get(i);
      boolean goesOn = i + 1 < numbers.size() && numbers.get(i + 1) <= last + 1;
      if (!goesOn) {
        if (!MetadataDenial.deny(first, last)) {
          return false;
        }
        first = i + 1 < numbers.size() ? numbers.get(i + 1) : last;
      }
    }
    return true;
  }

  /** Renderers pass through the folder of sessions and do not see whose are there. */
  static void closeFolders(Path sessions, Path outbox) throws IOException {
    Files.createDirectories(sessions);
    Files.setPosixFilePermissions(sessions, PosixFilePermissions.fromString("rwx--x--x"));
    Files.createDirectories(outbox);
    Files.setPosixFilePermissions(outbox, PosixFilePermissions.fromString("rwx------"));
  }

  static boolean isRoot() {
    try {
      return "0".equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid").toString());
    } catch (IOException e) {
      return false;
    }
  }
}
