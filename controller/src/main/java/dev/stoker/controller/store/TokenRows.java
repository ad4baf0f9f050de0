package dev.stoker.controller.store;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.stoker.controller.protocol.Tokens;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Tokens, and the audit log of what was done with them. */
public final class TokenRows {
  private static final TypeReference<List<String>> NAMES = new TypeReference<>() {};

  private final Handle handle;

  TokenRows(Handle handle) {
    this.handle = handle;
  }

  /** Stores a token, or what changed of it. */
  public void put(TokenRow token) {
    handle
        .createUpdate(
            """
            insert into tokens (id, token_hash, kind, name, role, projects, single, bound_to,
              scale_set, created_millis, expires_millis, revoked_millis)
            values (:id, :hash, :kind, :name, :role, :projects, :single, :boundTo, :scaleSet,
              :created, :expires, :revoked)
            on conflict (id) do update set bound_to = excluded.bound_to,
              revoked_millis = excluded.revoked_millis
            """)
        .bind("id", token.id())
        .bind("hash", token.tokenHash())
        .bind("kind", token.kind().name())
        .bind("name", token.name())
        .bind("role", token.role() == null ? "" : token.role().name())
        .bind("projects", StoredJson.write(token.projects()))
        .bind("single", token.single() ? 1 : 0)
        .bind("boundTo", token.boundTo())
        .bind("scaleSet", token.scaleSet())
        .bind("created", token.createdMillis())
        .bind("expires", token.expiresMillis())
        .bind("revoked", token.revokedMillis())
        .execute();
  }

  public Optional<TokenRow> find(String id) {
    return handle
        .createQuery("select * from tokens where id = :id")
        .bind("id", id)
        .map((row, context) -> token(row))
        .findOne();
  }

  /** All tokens, newest first. */
  public List<TokenRow> all() {
    return handle
        .createQuery("select * from tokens order by created_millis desc, id")
        .map((row, context) -> token(row))
        .list();
  }

  public void record(Tokens.Deed deed) {
    handle
        .createUpdate(
            """
            insert into audit (at_millis, caller, action, status)
            values (:at, :caller, :action, :status)
            """)
        .bind("at", deed.atMillis())
        .bind("caller", deed.caller())
        .bind("action", deed.action())
        .bind("status", deed.status())
        .execute();
  }

  /** What was done last, newest first. */
  public List<Tokens.Deed> deeds(int limit) {
    return handle
        .createQuery(
            "select at_millis, caller, action, status from audit order by number desc limit :limit")
        .bind("limit", limit)
        .map(
            (row, context) ->
                new Tokens.Deed(row.getLong(1), row.getString(2), row.getString(3), row.getInt(4)))
        .list();
  }

  private static TokenRow token(ResultSet row) throws SQLException {
    String role = row.getString("role");
    return new TokenRow(
        row.getString("id"),
        row.getString("token_hash"),
        Tokens.Kind.valueOf(row.getString("kind")),
        row.getString("name"),
        role.isEmpty() ? null : Tokens.Role.valueOf(role),
        StoredJson.read(row.getString("projects"), NAMES),
        row.getInt("single") == 1,
        row.getString("bound_to"),
        row.getString("scale_set"),
        row.getLong("created_millis"),
        millis(row, "expires_millis"),
        millis(row, "revoked_millis"));
  }

  private static @Nullable Long millis(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : Long.valueOf(value);
  }
}
