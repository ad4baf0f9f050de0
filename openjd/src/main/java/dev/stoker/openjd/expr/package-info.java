/**
 * Values, symbol tables, format strings and integer range expressions: the language that templates
 * are written in. Callers are the template reader (which names does this string use?) and whoever
 * resolves a string once its values are known (job creation, sessions).
 *
 * <p>The invariant: every text costs time and memory linear in its own length, whatever number of
 * integers a range expression stands for. The EXPR extension adds further {@code Expression} kinds
 * and {@link dev.stoker.openjd.expr.Value} kinds here and nowhere else.
 */
@NullMarked
package dev.stoker.openjd.expr;

import org.jspecify.annotations.NullMarked;
