package dev.stoker.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stoker.agent.config.ConfigFailure;
import dev.stoker.agent.config.UserEntry;
import dev.stoker.agent.launch.SessionBinding.JobUser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Accounts by name, as the machine's name service knows them: files, LDAP or whatever it asks. */
final class JobUsers {
  /** A directory server that is out of reach answers late. */
  private static final int SECONDS = 30;

  private JobUsers() {}

  /** Those of an entry; more than one share nothing that would let them at each other's files. */
  static List<JobUser> find(UserEntry entry) {
    if (entry.names().isEmpty()) {
      refuseTaken(entry);
      return IntStream.rangeClosed(entry.first(), entry.last())
          .mapToObj(number -> new JobUser(number, number, List.of(number)))
          .toList();
    }
    List<JobUser> users = entry.names().stream().map(JobUsers::find).toList();
    if (users.size() > 1) {
      refuseShared(entry.names(), users);
    }
    return users;
  }

  private static JobUser find(String name) {
    int uid = numbers(name, "-u").getFirst();
    List<Integer> groups = numbers(name, "-G");
    return new JobUser(uid, groups.getFirst(), groups);
  }

  /** Whatever runs as one of them is killed after a session, so they may be nobody's. */
  private static void refuseTaken(UserEntry entry) {
    for (String table : List.of("passwd", "group")) {
      List<String> command = new ArrayList<>(List.of("getent", table));
      IntStream.rangeClosed(entry.first(), entry.last())
          .mapToObj(String::valueOf)
          .forEach(command::add);
      String found = said(command).output();
      if (!found.isEmpty()) {
        throw new ConfigFailure(
            "'user' is %d-%d, of which this machine knows '%s' (%s); choose numbers that are nobody's."
                .formatted(
                    entry.first(), entry.last(), found.lines().findFirst().orElse(""), table));
      }
    }
  }

  /** A session's folder may be entered by the account's primary group. */
  private static void refuseShared(List<String> names, List<JobUser> users) {
    for (int i = 0; i < users.size(); i++) {
      if (users.get(i).uid() == 0) {
        throw new ConfigFailure("'user' names root; jobs of several accounts cannot be root's.");
      }
      for (int j = 0; j < users.size(); j++) {
        boolean same = users.get(i).uid() == users.get(j).uid();
        if (i != j && (same || users.get(j).groups().contains(users.get(i).gid()))) {
          throw new ConfigFailure(
              "'user' names %s and %s, of which one is in the other's primary group %d; give each account a group of its own."
                  .formatted(names.get(i), names.get(j), users.get(i).gid()));
        }
      }
    }
  }

  /** {@code id} of coreutils; its -G prints the primary group first. */
  private static List<Integer> numbers(String name, String option) {
    Said said = said(List.of("id", option, "--", name));
    if (said.status() != 0 || said.output().isEmpty()) {
      throw unknown(name);
    }
    return Arrays.stream(said.output().split("\\s+")).map(Integer::valueOf).toList();
  }

  private record Said(int status, String output) {}

  private static Said said(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String text = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw late(command);
      }
      return new Said(process.exitValue(), text);
    } catch (IOException e) {
      throw late(command);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw late(command);
    }
  }

  private static ConfigFailure late(List<String> command) {
    return new ConfigFailure(
        "Cannot look up the accounts of 'user': %s gives no answer.".formatted(command.getFirst()));
  }

  private static ConfigFailure unknown(String name) {
    return new ConfigFailure(
        "This machine knows no account '%s' ('user' in the configuration).".formatted(name));
  }
}
