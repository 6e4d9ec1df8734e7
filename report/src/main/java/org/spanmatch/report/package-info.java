/** Writes results for people and programs: tables, JSON, CSV and figures. */
package org.spanmatch.report;
