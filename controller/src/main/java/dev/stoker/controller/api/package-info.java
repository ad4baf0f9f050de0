/**
 * The controller's HTTP/1.1 JSON interface: who may call what, bounded bodies and connections, and
 * the translation between requests and {@code dispatch}. Entered through {@link
 * dev.stoker.controller.api.ControllerServer}. Invariant: every answer that is not 2xx carries one
 * sentence, and no secret.
 */
@NullMarked
package dev.stoker.controller.api;

import org.jspecify.annotations.NullMarked;
