package dev.stoker.controller.store;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.stoker.controller.protocol.Registration;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Nodes that registered. */
public final class NodeRows {
  private static final TypeReference<List<Registration.Slot>> SLOTS = new TypeReference<>() {};
  private static final TypeReference<Map<String, List<String>>> ATTRIBUTES =
      new TypeReference<>() {};

  private final Handle handle;

  NodeRows(Handle handle) {
    this.handle = handle;
  }

  /**
   * Stores a node; one of the same name keeps its number, id and drain, and takes over the rest.
   */
  public NodeRow put(NodeRow node) {
    return handle
        .createQuery(
            """
            insert into nodes (id, name, release, token_hash, token_expires_millis, previous_hash,
              previous_expires_millis, slots, attributes, sequence, draining, registered_millis,
              vm_id, machine)
            values (:id, :name, :release, :hash, :expires, :previousHash, :previousExpires, :slots,
              :attributes, :sequence, :draining, :registeredMillis, :vmId, :machine)
            on conflict (name) do update set release = excluded.release,
              token_hash = excluded.token_hash,
              token_expires_millis = excluded.token_expires_millis,
              previous_hash = excluded.previous_hash,
              previous_expires_millis = excluded.previous_expires_millis,
              slots = excluded.slots, attributes = excluded.attributes,
              sequence = excluded.sequence, registered_millis = excluded.registered_millis,
              vm_id = excluded.vm_id, machine = excluded.machine
            returning *
            """)
        .bind("id", node.id())
        .bind("name", node.name())
        .bind("release", node.release())
        .bind("hash", node.tokens().hash())
        .bind("expires", node.tokens().expiresMillis())
        .bind("previousHash", node.tokens().previousHash())
        .bind("previousExpires", node.tokens().previousExpiresMillis())
        .bind("slots", StoredJson.write(node.slots()))
        .bind("attributes", StoredJson.write(node.attributes()))
        .bind("sequence", node.sequence())
        .bind("draining", node.draining() ? 1 : 0)
        .bind("registeredMillis", node.registeredMillis())
        .bind("vmId", node.vmId())
        .bind("machine", node.machine() == null ? "" : StoredJson.write(node.machine()))
        .map((row, context) -> node(row))
        .one();
  }

  public Optional<NodeRow> find(String id) {
    return handle
        .createQuery("select * from nodes where id = :id")
        .bind("id", id)
        .map((row, context) -> node(row))
        .findOne();
  }

  public Optional<NodeRow> named(String name) {
    return handle
        .createQuery("select * from nodes where name = :name")
        .bind("name", name)
        .map((row, context) -> node(row))
        .findOne();
  }

  public void setTokens(long number, NodeTokens tokens) {
    handle
        .createUpdate(
            """
            update nodes set token_hash = :hash, token_expires_millis = :expires,
              previous_hash = :previousHash, previous_expires_millis = :previousExpires
            where number = :number
            """)
        .bind("number", number)
        .bind("hash", tokens.hash())
        .bind("expires", tokens.expiresMillis())
        .bind("previousHash", tokens.previousHash())
        .bind("previousExpires", tokens.previousExpiresMillis())
        .execute();
  }

  public List<NodeRow> all() {
    return handle
        .createQuery("select * from nodes order by name")
        .map((row, context) -> node(row))
        .list();
  }

  /** Sets, by node number, the sequence of the last request that won something. */
  public void setSequences(Map<Long, Long> sequences) {
    if (sequences.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch("update nodes set sequence = :sequence where number = :number");
    sequences.forEach(
        (number, sequence) -> batch.bind("number", number).bind("sequence", sequence).add());
    batch.execute();
  }

  public void setDraining(long number, boolean draining) {
    handle
        .createUpdate("update nodes set draining = :draining where number = :number")
        .bind("number", number)
        .bind("draining", draining ? 1 : 0)
        .execute();
  }

  /** Keeps what a node's machine looks like, as JSON; empty forgets it. */
  public void setTopology(long number, String json) {
    handle
        .createUpdate("delete from topologies where node_number = :number")
        .bind("number", number)
        .execute();
    if (!json.isEmpty()) {
      handle
          .createUpdate("insert into topologies values (:number, :body)")
          .bind("number", number)
          .bind("body", json)
          .execute();
    }
  }

  /** What a node's machine looks like, as JSON; empty where it never said. */
  public String topology(long number) {
    return handle
        .createQuery("select body from topologies where node_number = :number")
        .bind("number", number)
        .mapTo(String.class)
        .findOne()
        .orElse("");
  }

  private static NodeRow node(ResultSet row) throws SQLException {
    String machine = row.getString("machine");
    return new NodeRow(
        row.getLong("number"),
        row.getString("id"),
        row.getString("name"),
        row.getString("release"),
        new NodeTokens(
            row.getString("token_hash"),
            row.getLong("token_expires_millis"),
            row.getString("previous_hash"),
            row.getLong("previous_expires_millis")),
        StoredJson.read(row.getString("slots"), SLOTS),
        StoredJson.read(row.getString("attributes"), ATTRIBUTES),
        row.getLong("sequence"),
        row.getInt("draining") == 1,
        row.getLong("registered_millis"),
        row.getString("vm_id"),
        machine.isEmpty() ? null : StoredJson.read(machine, Registration.Machine.class));
  }
}
