/**
 * Tells people and their tools that jobs ended: signed webhooks and mail, out of the store's
 * outbox, at least once each, until a deadline. Entered through {@link
 * dev.stoker.controller.notify.Courier}. Invariant: what is sent goes only to addresses that {@link
 * dev.stoker.controller.notify.Destinations} allows, and no secret reaches log or audit.
 */
@NullMarked
package dev.stoker.controller.notify;

import org.jspecify.annotations.NullMarked;
