package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Tokens;
import dev.stoker.controller.store.QueueEvent;
import dev.stoker.controller.store.TokenRow;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Gives out tokens, knows them again, and keeps what was done with them. Thread-safe. */
public final class TokenDesk {
  private static final Pattern SCALE_SET =
      Pattern.compile(Tokens.SCALE_SET, Pattern.CASE_INSENSITIVE);

  private static final int ID_LENGTH = 8;
  private static final int MOST_DEEDS = 1_000;

  private final Parts parts;

  TokenDesk(Parts parts) {
    this.parts = parts;
  }

  /** Makes a token; this answer is the only place where it is ever seen. */
  public Tokens.Created create(Tokens.Create wanted) {
    Limits.present("kind", wanted.kind());
    Limits.text("name", wanted.name(), Limits.NAME);
    Limits.range("the number of projects", wanted.projects().size(), 0, Tokens.MOST_PROJECTS);
    wanted.projects().forEach(project -> Limits.text("projects", project, Limits.NAME));
    boolean person = wanted.kind() == Tokens.Kind.USER;
    boolean forMachines = wanted.single() || wanted.node() != null || wanted.scaleSet() != null;
    if (person && (wanted.role() == null || forMachines)) {
      throw Refusal.invalid(
          "A user's token needs a role, one of VIEWER, ARTIST, WRANGLER and ADMIN, and neither node"
              + " nor scale set.");
    }
    if (!person && (wanted.role() != null || !wanted.projects().isEmpty())) {
      throw Refusal.invalid("A join token has neither role nor projects: it registers nodes.");
    }
    String node = wanted.node() == null ? "" : Limits.text("node", wanted.node(), Limits.NAME);
    long now = parts.clocks().wallMillis();
    Long seconds = wanted.validSeconds();
    if (seconds != null) {
      Limits.range("validSeconds", seconds, 1, Tokens.LONGEST_SECONDS);
    }
    String token = Names.token();
    var row =
        new TokenRow(
            Names.random('t', ID_LENGTH),
            Names.hash(token),
            wanted.kind(),
            wanted.name(),
            wanted.role(),
            wanted.projects(),
            wanted.single(),
            node,
            wanted.scaleSet() == null ? "" : scaleSet(wanted.scaleSet()),
            now,
            seconds == null ? null : Long.valueOf(now + seconds * 1_000),
            null);
    put(row);
    return new Tokens.Created(row.id(), token);
  }

  private static String scaleSet(String id) {
    if (!SCALE_SET.matcher(id).matches()) {
      throw Refusal.invalid(
          "scaleSet is no resource id of a scale set; it looks like"
              + " /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Compute/virtualMachineScaleSets/NAME.");
    }
    return id;
  }

  private void put(TokenRow row) {
    Answers.await(
        parts
            .store()
            .write(
                (rows, events) -> {
                  rows.tokens().put(row);
                  events.accept(new QueueEvent.TokenChanged(row));
                  return true;
                }));
  }

  /** Makes a token useless, at once on this controller and within a tenth of a second on others. */
  public void revoke(String id) {
    Answers.await(
        parts
            .store()
            .write(
                (rows, events) -> {
                  TokenRow row =
                      rows.tokens().find(id).orElseThrow(() -> Refusal.missing("token", id));
                  if (row.revokedMillis() == null) {
                    TokenRow revoked = row.revokedAt(parts.clocks().wallMillis());
                    rows.tokens().put(revoked);
                    events.accept(new QueueEvent.TokenChanged(revoked));
                  }
                  return true;
                }));
  }

  public Tokens.Page list() {
    return new Tokens.Page(
        parts.store().read(rows -> rows.tokens().all().stream().map(TokenDesk::shown).toList()));
  }

  private static Tokens.Token shown(TokenRow row) {
    return new Tokens.Token(
        row.id(),
        row.kind(),
        row.name(),
        row.role(),
        row.projects(),
        row.single(),
        row.boundTo(),
        row.scaleSet(),
        row.createdMillis(),
        row.expiresMillis(),
        row.revokedMillis());
  }

  /** The good token that a bearer shows. */
  public Optional<Bearer> authenticate(String token) {
    TokenRow row = parts.keyring().find(Names.hash(token));
    return row == null || !row.isGood(parts.clocks().wallMillis())
        ? Optional.empty()
        : Optional.of(
            new Bearer(
                row.id(),
                row.kind(),
                row.name(),
                row.role(),
                row.projects(),
                row.scaleSet(),
                row.expiresMillis()));
  }

  /**
   * Who shows a token.
   *
   * @param role null for a join token
   * @param scaleSet whose machines alone may use a join token, or empty
   * @param expiresMillis when the token ends, in milliseconds since 1970; null for never
   */
  public record Bearer(
      String tokenId,
      Tokens.Kind kind,
      String name,
      Tokens.@Nullable Role role,
      List<String> projects,
      String scaleSet,
      @Nullable Long expiresMillis) {}

  /** Keeps what somebody did; not waited for: the deed itself is durable. */
  public void record(String caller, String action, int status) {
    var deed = new Tokens.Deed(parts.clocks().wallMillis(), caller, action, status);
    var _ =
        parts
            .store()
            .write(
                (rows, events) -> {
                  rows.tokens().record(deed);
                  return true;
                });
  }

  /** What was done last, newest first; limit 1 to 1,000. */
  public Tokens.Audit audit(int limit) {
    Limits.range("limit", limit, 1, MOST_DEEDS);
    return new Tokens.Audit(parts.store().read(rows -> rows.tokens().deeds(limit)));
  }
}
