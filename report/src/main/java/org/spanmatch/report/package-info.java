/** Writes results as people and programs read them: table, JSON, CSV and figure. */
package org.spanmatch.report;
