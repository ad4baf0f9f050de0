/**
 * The controller as its callers see it: every call of the protocol as a blocking method. Used by
 * agent and command line alike. Invariant: each call ends within its deadline, with an answer or
 * with a {@link ControllerException} whose message is one sentence for people.
 */
@NullMarked
package dev.stoker.controller.client;

import org.jspecify.annotations.NullMarked;
