package dev.stoker.controller.store;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Heartbeat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a change means for what controllers keep in memory. A value, so that a controller can tell
 * the others that work on the same database.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
  @JsonSubTypes.Type(value = QueueEvent.NodeRegistered.class, name = "registered"),
  @JsonSubTypes.Type(value = QueueEvent.NodeTokenRenewed.class, name = "renewed"),
  @JsonSubTypes.Type(value = QueueEvent.NodeForgotten.class, name = "forgotten"),
  @JsonSubTypes.Type(value = QueueEvent.NodeDrains.class, name = "drains"),
  @JsonSubTypes.Type(value = QueueEvent.NodeHeard.class, name = "heard"),
  @JsonSubTypes.Type(value = QueueEvent.AnswersArrived.class, name = "arrived"),
  @JsonSubTypes.Type(value = QueueEvent.LeaseAdded.class, name = "leased"),
  @JsonSubTypes.Type(value = QueueEvent.LeaseCanceling.class, name = "canceling"),
  @JsonSubTypes.Type(value = QueueEvent.LeaseWanted.class, name = "wanted"),
  @JsonSubTypes.Type(value = QueueEvent.LeaseEnded.class, name = "ended"),
  @JsonSubTypes.Type(value = QueueEvent.JobChanged.class, name = "job"),
  @JsonSubTypes.Type(value = QueueEvent.TokenChanged.class, name = "token"),
  @JsonSubTypes.Type(value = QueueEvent.StartsLater.class, name = "later"),
  @JsonSubTypes.Type(value = QueueEvent.WorkAppeared.class, name = "work")
})
public sealed interface QueueEvent {
  /** A node registered, or registered anew. */
  record NodeRegistered(NodeRow node) implements QueueEvent {}

  /** A node got a new token. */
  record NodeTokenRenewed(long nodeNumber, NodeTokens tokens) implements QueueEvent {}

  /** A node was not there for so long that it is known no more. */
  record NodeForgotten(long nodeNumber) implements QueueEvent {}

  /** A node gets no further leases, or gets them again. */
  record NodeDrains(long nodeNumber, boolean draining) implements QueueEvent {}

  /** A node's heartbeat listed these leases, and said this of the node. */
  record NodeHeard(
      long nodeNumber, List<Heartbeat.Held> leases, Heartbeat.@Nullable NodeStatus status)
      implements QueueEvent {
    public NodeHeard {
      leases = List.copyOf(leases);
    }
  }

  /** A node's request said that the answers to all requests before it arrived: earlier releases. */
  record AnswersArrived(long nodeNumber, long beforeSequence) implements QueueEvent {}

  /** A node won a lease. */
  record LeaseAdded(LeaseRow lease) implements QueueEvent {}

  /** The holder of a lease is asked to stop. */
  record LeaseCanceling(long number) implements QueueEvent {}

  /** The holder of a lease is asked to hand it back, if it has not begun with it. */
  record LeaseWanted(long number) implements QueueEvent {}

  /**
   * A lease is over.
   *
   * @param told what its holder reported; null where it did not
   */
  record LeaseEnded(long number, LeaseState how, @Nullable Told told) implements QueueEvent {}

  /** The numbers of a finish report. */
  record Told(Finish.Outcome outcome, long originBytes, long cachedBytes, long publishedBytes) {}

  /** A token was given out, bound or revoked. */
  record TokenChanged(TokenRow token) implements QueueEvent {}

  /** A job is no longer as it was. */
  record JobChanged(long jobNumber) implements QueueEvent {}

  /** Tasks that failed may start again at a time, in milliseconds since 1970. */
  record StartsLater(long millis) implements QueueEvent {}

  /** Tasks may have become startable. */
  record WorkAppeared() implements QueueEvent {}
}
