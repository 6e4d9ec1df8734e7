/**
 * What is made of the descriptions of commands and options: completion for shells, and the manual
 * page.
 */
package org.spanmatch.cli.usage;
