/**
 * Range servers: files by ranged GET with their validator as condition, folders through the
 * server's autoindex page.
 */
@NullMarked
package dev.stoker.io.source.http;

import org.jspecify.annotations.NullMarked;
