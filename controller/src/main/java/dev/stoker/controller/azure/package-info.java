/**
 * Azure's resource manager as plain REST, and the managed identity that opens it. Blocking; each
 * call ends within its deadline. Invariant: the identity's token goes to the configured resource
 * manager and nowhere else.
 */
@NullMarked
package dev.stoker.controller.azure;

import org.jspecify.annotations.NullMarked;
