/**
 * Job parameters: their types, what their values must satisfy, how definitions of one name in
 * several templates merge (2023-09, section 1.2.1) and how submitted text becomes a typed value.
 * Used by the template reader and by job creation.
 *
 * <p>The invariant: constraints only ever tighten, and every value that leaves here satisfies them.
 */
@NullMarked
package dev.stoker.openjd.param;

import org.jspecify.annotations.NullMarked;
