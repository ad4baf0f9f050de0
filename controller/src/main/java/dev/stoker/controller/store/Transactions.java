package dev.stoker.controller.store;

import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * The one transaction at a time in which the queue changes. Used by {@link GroupCommitter}'s thread
 * only.
 */
interface Transactions {
  /**
   * Begins; while it lasts, nobody else changes the queue, and the mirror has heard of all that was
   * changed before.
   */
  Handle begin();

  /** Makes everything since {@link #begin} durable, and then tells the mirror. */
  void commit(List<QueueEvent> events);

  /** Undoes everything since {@link #begin}; throws nothing. */
  void rollback();
}
