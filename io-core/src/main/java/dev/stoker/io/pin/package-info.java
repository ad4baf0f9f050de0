/**
 * Which version of each file those read who must not mix two, on however many nodes: sessions that
 * go by one sheet get the version that it names, or an error. Who tells nodes of each other's
 * sheets is the caller's business. Called by mount, stage and daemon; knows the vocabulary only.
 */
@NullMarked
package dev.stoker.io.pin;

import org.jspecify.annotations.NullMarked;
