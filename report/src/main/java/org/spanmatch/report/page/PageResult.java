package org.spanmatch.report.page;

import java.util.List;
import java.util.Optional;
import org.spanmatch.report.results.Network;

/**
 * A result, as far as the page shows it.
 *
 * @param file names it in messages
 * @param kind the command that wrote it
 * @param version the version of spanmatch that wrote it
 * @param backend what computed it
 * @param title the title that it was given, if any
 * @param centred whether means were subtracted; empty where the result does not say it
 * @param networks at least two
 * @param comparisons one per pair of networks
 */
record PageResult(
    String file,
    Kind kind,
    String version,
    String backend,
    Optional<String> title,
    Optional<Boolean> centred,
    List<Network> networks,
    List<PageComparison> comparisons) {}
