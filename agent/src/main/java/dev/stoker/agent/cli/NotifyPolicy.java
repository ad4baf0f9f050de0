package dev.stoker.agent.cli;

import dev.stoker.agent.config.ConfigFailure;
import dev.stoker.agent.config.StokerFile;
import dev.stoker.agent.config.TimeSpan;
import dev.stoker.controller.notify.NotifySettings;
import dev.stoker.controller.notify.NotifySettings.Hook;
import dev.stoker.controller.notify.NotifySettings.Mail;
import dev.stoker.controller.notify.NotifySettings.MailTls;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Tokens;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the configuration says of who is told of jobs' ends. */
final class NotifyPolicy {
  /** As tokens: shorter ones can be guessed. */
  private static final int SHORTEST_SECRET = 16;

  private static final int SUBMISSION_PORT = 587;
  private static final int IMPLICIT_TLS_PORT = 465;
  private static final int RELAY_PORT = 25;

  private NotifyPolicy() {}

  // The @Nullable of a nested type is not seen in a class file.
  @SuppressWarnings("NullAway")
  static NotifySettings read(StokerFile file) {
    StokerFile.Notify notify = file.telling();
    if (notify == null) {
      return NotifySettings.NONE;
    }
    List<Hook> hooks = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (StokerFile.Webhook each : notify.webhooks()) {
      Hook hook = hook(each);
      if (!names.add(hook.name())) {
        throw new ConfigFailure(
            "'notify.webhooks' has two named '%s'; give each a name of its own."
                .formatted(hook.name()));
      }
      hooks.add(hook);
    }
    return new NotifySettings(
        hooks,
        notify.mail() == null ? null : mail(notify.mail()),
        Set.copyOf(notify.allow()),
        notify.jobs() == null ? null : word("notify.jobs", notify.jobs(), Tokens.Role.class),
        notify.deadline() == null
            ? NotifySettings.DEADLINE
            : TimeSpan.parse("notify.deadline", notify.deadline()));
  }

  private static Hook hook(StokerFile.Webhook given) {
    String text = given.url() == null ? "" : given.url();
    URI url = null;
    try {
      url = URI.create(text);
    } catch (IllegalArgumentException e) {
      // Told below; the address itself may be a secret.
    }
    if (url == null
        || url.getHost() == null
        || !("https".equals(url.getScheme()) || "http".equals(url.getScheme()))) {
      throw new ConfigFailure(
          "A url of 'notify.webhooks' is none; it looks like https://HOST/PATH.");
    }
    String name = given.name() == null ? url.getHost() : given.name();
    String secret = given.secret() == null ? "" : given.secret();
    if (!secret.isEmpty() && secret.length() < SHORTEST_SECRET) {
      throw new ConfigFailure(
          "The secret of the webhook '%s' is shorter than %d characters; choose a longer one."
              .formatted(name, SHORTEST_SECRET));
    }
    return new Hook(name, url, secret, Set.copyOf(given.projects()), states(given.states()));
  }

  private static Mail mail(StokerFile.Mail given) {
    String server = given.server();
    String from = given.from();
    if (server == null || server.isBlank() || from == null) {
      throw new ConfigFailure("'notify.mail' needs a server and from.");
    }
    MailTls tls =
        given.tls() == null
            ? MailTls.STARTTLS
            : word("notify.mail.tls", given.tls(), MailTls.class);
    int colon = server.lastIndexOf(':');
    return new Mail(
        colon < 0 ? server : server.substring(0, colon),
        colon < 0 ? port(tls) : port(server.substring(colon + 1)),
        tls,
        given.user() == null ? "" : given.user(),
        given.password() == null ? "" : given.password(),
        from,
        given.to(),
        Set.copyOf(given.projects()),
        states(given.states()));
  }

  private static int port(MailTls tls) {
    return switch (tls) {
      case STARTTLS -> SUBMISSION_PORT;
      case IMPLICIT -> IMPLICIT_TLS_PORT;
      case NONE -> RELAY_PORT;
    };
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port > 0 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Told below, in our words.
    }
    throw new ConfigFailure("'notify.mail.server' must be HOST or HOST:PORT.");
  }

  private static Set<Jobs.State> states(List<String> names) {
    return names.stream()
        .map(name -> word("states in 'notify'", name, Jobs.State.class))
        .collect(Collectors.toUnmodifiableSet());
  }

  private static <E extends Enum<E>> E word(String what, @Nullable String text, Class<E> type) {
    for (E each : type.getEnumConstants()) {
      if (each.name().equalsIgnoreCase(text)) {
        return each;
      }
    }
    String known =
        Arrays.stream(type.getEnumConstants())
            .map(each -> each.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    throw new ConfigFailure("%s is '%s'; it is one of %s.".formatted(what, text, known));
  }
}
