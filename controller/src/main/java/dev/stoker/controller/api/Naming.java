package dev.stoker.controller.api;

import dev.stoker.controller.http.Problem;
import dev.stoker.controller.notify.Address;
import dev.stoker.controller.notify.NotifySettings;
import dev.stoker.controller.protocol.Tokens.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whom a submission may name to be told of its end. */
final class Naming {
  /** Addresses, with spaces between. */
  static final String HEADER = "Stoker-Notify";

  private static final int MOST = 5;

  private final NotifySettings settings;

  Naming(NotifySettings settings) {
    this.settings = settings;
  }

  /**
   * The addresses of a submission's header.
   *
   * @throws Problem 403 when the caller may name none, 400 when one is none
   */
  List<String> targets(Caller caller, @Nullable String header) {
    if (header == null || header.isBlank()) {
      return List.of();
    }
    Role needed = settings.jobs();
    if (needed == null) {
      throw new Problem(
          403,
          "This controller tells nobody whom a submission names; leave --notify out, or set"
              + " 'notify.jobs' in its stoker.yaml.");
    }
    if (caller instanceof Caller.User user && !user.role().mayDoWhat(needed)) {
      throw new Problem(
          403,
          "Your token's role names nobody to be told; this needs "
              + needed.name().toLowerCase(Locale.ROOT)
              + ".");
    }
    List<String> targets = Arrays.stream(header.strip().split("\\s+", -1)).distinct().toList();
    if (targets.size() > MOST) {
      throw new Problem(400, "A submission names at most " + MOST + " to be told.");
    }
    for (String target : targets) {
      Address address =
          Address.parse(target)
              .orElseThrow(
                  () ->
                      new Problem(
                          400,
                          "Who is to be told must be https://HOST/PATH, http://HOST/PATH or"
                              + " mailto:NAME@HOST, without a password."));
      if (address instanceof Address.Letter && settings.mail() == null) {
        throw new Problem(
            400, "This controller sends no mail; set 'notify.mail' in its stoker.yaml.");
      }
    }
    return targets;
  }
}
