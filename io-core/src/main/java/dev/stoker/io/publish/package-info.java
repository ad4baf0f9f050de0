/**
 * Outputs: staged at their destination where nobody sees them, made visible all together by
 * carrying out a manifest that somebody else granted. Takes an opaque fence, not a task. No file is
 * ever visible in part, and carrying out a manifest twice is carrying it out once.
 */
@NullMarked
package dev.stoker.io.publish;

import org.jspecify.annotations.NullMarked;
