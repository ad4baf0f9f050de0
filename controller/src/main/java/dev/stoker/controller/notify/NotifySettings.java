package dev.stoker.controller.notify;

import dev.stoker.controller.dispatch.NoticePolicy;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Tokens;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is told of jobs' ends, and how.
 *
 * @param hooks told by HTTP
 * @param mail how mail is sent, and to whom; null for not at all
 * @param allowed hosts and addresses that may be told although they lie on this machine or are a
 *     link's own
 * @param jobs the role from which a submission may name others to be told; null for none
 * @param deadline how long a notice is tried
 */
public record NotifySettings(
    List<Hook> hooks,
    @Nullable Mail mail,
    Set<String> allowed,
    Tokens.@Nullable Role jobs,
    Duration deadline) {
  /** A receiver that is restarted or moved is back within that. */
  public static final Duration DEADLINE = Duration.ofHours(1);

  /** Nobody is told. */
  public static final NotifySettings NONE =
      new NotifySettings(List.of(), null, Set.of(), null, DEADLINE);

  private static final String HOOK = "hook ";
  private static final String MAIL = "mail";

  public NotifySettings {
    hooks = List.copyOf(hooks);
    allowed = Set.copyOf(allowed);
  }

  /**
   * A receiver of webhooks.
   *
   * @param name in log and audit, where its address is not shown
   * @param url http or https
   * @param secret signs what it is sent; empty for unsigned
   * @param projects whose jobs it is told of; empty for all
   * @param states with which jobs it is told of; empty for all
   */
  public record Hook(
      String name, URI url, String secret, Set<String> projects, Set<Jobs.State> states) {
    public Hook {
      projects = Set.copyOf(projects);
      states = Set.copyOf(states);
    }

    @Override
    public String toString() {
      return "Hook[" + name + "]";
    }
  }

  /**
   * How mail goes out.
   *
   * @param host of the SMTP server
   * @param tls how the connection is protected
   * @param user empty for none
   * @param from whose mail it is
   * @param to who gets it; may be empty where only submissions name receivers
   * @param projects whose jobs they are told of; empty for all
   * @param states with which jobs they are told of; empty for all
   */
  public record Mail(
      String host,
      int port,
      MailTls tls,
      String user,
      String password,
      String from,
      List<String> to,
      Set<String> projects,
      Set<Jobs.State> states) {
    public Mail {
      to = List.copyOf(to);
      projects = Set.copyOf(projects);
      states = Set.copyOf(states);
    }

    @Override
    public String toString() {
      return "Mail[" + host + ":" + port + "]";
    }
  }

  /** How a connection to an SMTP server is protected. */
  public enum MailTls {
    /** Plain at first, then never without (RFC 3207). */
    STARTTLS,
    /** From the first byte (RFC 8314). */
    IMPLICIT,
    /** Not at all: a relay on this machine or in this rack. */
    NONE
  }

  /** Whether anybody may ever be told. */
  public boolean isEmpty() {
    return hooks.isEmpty() && mail == null && jobs == null;
  }

  /** Who is told of which job. */
  public NoticePolicy policy() {
    return this::targets;
  }

  private List<String> targets(String project, Jobs.State state) {
    List<String> targets = new ArrayList<>();
    for (Hook hook : hooks) {
      if (isMeant(hook.projects(), project) && isMeant(hook.states(), state)) {
        targets.add(HOOK + hook.name());
      }
    }
    Mail known = mail;
    if (known != null
        && !known.to().isEmpty()
        && isMeant(known.projects(), project)
        && isMeant(known.states(), state)) {
      targets.add(MAIL);
    }
    return targets;
  }

  private static <T> boolean isMeant(Set<T> all, T one) {
    return all.isEmpty() || all.contains(one);
  }

  /** Where a target's notices go; empty when the configuration no longer has it. */
  Optional<Destination> destination(String target) {
    if (target.startsWith(HOOK)) {
      String name = target.substring(HOOK.length());
      return hooks.stream()
          .filter(hook -> hook.name().equals(name))
          .<Destination>map(
              hook -> new Destination.Web("webhook " + name, hook.url(), hook.secret()))
          .findFirst();
    }
    Mail known = mail;
    if (target.equals(MAIL)) {
      return known == null
          ? Optional.empty()
          : Optional.of(new Destination.Letter("mail", known.to()));
    }
    return Address.parse(target)
        .map(
            address ->
                switch (address) {
                  case Address.Web web -> new Destination.Web("a job's webhook", web.url(), "");
                  case Address.Letter letter ->
                      new Destination.Letter("a job's mail", List.of(letter.to()));
                });
  }
}
