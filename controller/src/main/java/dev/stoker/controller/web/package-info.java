/**
 * The web page: its files, and the stream of events that keeps it up to date. Entered by {@code
 * api}, which says who may see what. Invariants: a page asks nobody but its own controller and runs
 * no script but the files here; a slow browser costs one event's memory, never a thread.
 */
@NullMarked
package dev.stoker.controller.web;

import org.jspecify.annotations.NullMarked;
