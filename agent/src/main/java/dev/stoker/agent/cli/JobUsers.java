package dev.stoker.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stoker.agent.config.ConfigFailure;
import dev.stoker.agent.launch.SessionBinding.JobUser;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Accounts by name, as the machine's name service knows them: files, LDAP or whatever it asks. */
final class JobUsers {
  /** A directory server that is out of reach answers late. */
  private static final int SECONDS = 30;

  private JobUsers() {}

  static JobUser find(String name) {
    int uid = numbers(name, "-u").getFirst();
    List<Integer> groups = numbers(name, "-G");
    return new JobUser(uid, groups.getFirst(), groups);
  }

  /** {@code id} of coreutils; its -G prints the primary group first. */
  private static List<Integer> numbers(String name, String option) {
    try {
      Process process =
          new ProcessBuilder("id", option, "--", name)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw unknown(name);
      }
      String text = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      if (process.exitValue() != 0 || text.isEmpty()) {
        throw unknown(name);
      }
      return Arrays.stream(text.split("\\s+")).map(Integer::valueOf).toList();
    } catch (IOException e) {
      throw unknown(name);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(name);
    }
  }

  private static ConfigFailure unknown(String name) {
    return new ConfigFailure(
        "This machine knows no account '%s' ('user' in the configuration).".formatted(name));
  }
}
