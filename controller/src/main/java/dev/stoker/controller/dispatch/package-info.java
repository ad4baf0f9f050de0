/**
 * The policy of the queue: who gets which task, what an attempt may still do, and when a step or a
 * job is over. Called by {@code api}; keeps everything durable in {@code store}. Invariant: of all
 * attempts at a task at most one is granted its commit, and after that nothing but carrying out its
 * manifest, or voiding it, happens to the task.
 *
 * <p>{@link TaskLife} is the state machine. What changes memory happens after the change is durable
 * and on the store's thread, in the order of the changes.
 */
@NullMarked
package dev.stoker.controller.dispatch;

import org.jspecify.annotations.NullMarked;
