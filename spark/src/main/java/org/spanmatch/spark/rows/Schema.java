package org.spanmatch.spark.rows;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.compare.LayerPairs.Pairing;
import org.spanmatch.compare.LayerPairs.Pairing.Names;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.spark.rows.KeyedRows.Network;

/**
 * Finds columns in rows of one or two sources.
 *
 * @param networks the sources; one if both networks are in the same rows
 * @param key the key of all rows
 */
record Schema(List<Network> networks, Key key) {
  static final String SOURCE = "source";

  private static final Set<DataType> INTEGERS =
      Set.of(DataTypes.ByteType, DataTypes.ShortType, DataTypes.IntegerType, DataTypes.LongType);

  /** Finds the columns of the key. */
  static Schema of(List<Network> networks, List<String> key) {
    return new Schema(networks, new Key(key.stream().map(name -> part(networks, name)).toList()));
  }

  /** A column that has integers in all sources, or text in all. */
  private static Key.Part part(List<Network> networks, String name) {
    boolean isText = required(networks.get(0), name).dataType().equals(DataTypes.StringType);
    for (Network network : networks) {
      DataType type = required(network, name).dataType();
      boolean isFirst = network.equals(networks.get(0));
      boolean fits = isText ? type.equals(DataTypes.StringType) : INTEGERS.contains(type);
      if (!fits) {
        throw new ActivationsException(
            network.source()
                + ", column '"
                + name
                + "': expected "
                + (isFirst ? "integers or text" : isText ? "text" : "integers")
                + " as "
                + (isFirst ? "a key" : "in " + networks.get(0).source())
                + ", found "
                + type.catalogString());
      }
    }
    return new Key.Part(name, isText);
  }

  /**
   * The names of the layers of two networks that make pairs. Unless they are chosen, all arrays of
   * floating-point numbers are layers.
   */
  static List<Names> pairs(Network x, Network y, Predicate<String> layers, Pairing pairing) {
    List<String> xs = names(x, layers);
    List<String> ys = names(y, layers);
    List<Names> pairs =
        switch (pairing.method()) {
          case SAME -> same(x, y, xs, ys);
          case ORDER -> inOrder(x, xs, y, ys);
          case ALL ->
              xs.stream().flatMap(one -> ys.stream().map(other -> new Names(one, other))).toList();
          case CHOSEN -> pairing.chosen();
        };
    if (pairs.isEmpty()) {
      throw new ActivationsException(
          "expected pairs of layers in columns of array<float> or array<double>, found in "
              + x.source()
              + ": "
              + columns(x)
              + "; in "
              + y.source()
              + ": "
              + columns(y));
    }
    return pairs;
  }

  private static List<String> names(Network network, Predicate<String> layers) {
    return Arrays.stream(network.rows().schema().fields())
        .filter(field -> LayerColumn.isArray(field.dataType()))
        .map(StructField::name)
        .filter(layers)
        .toList();
  }

  /** The layers of either network that have a partner of any type, which is checked later. */
  private static List<Names> same(Network x, Network y, List<String> xs, List<String> ys) {
    return Stream.concat(xs.stream(), ys.stream())
        .distinct()
        .filter(name -> find(x, name).isPresent() && find(y, name).isPresent())
        .map(name -> new Names(name, name))
        .toList();
  }

  private static List<Names> inOrder(Network x, List<String> xs, Network y, List<String> ys) {
    if (xs.size() != ys.size()) {
      throw new ActivationsException(
          "pairs in order need equally many layers, but "
              + x.source()
              + " has "
              + xs.size()
              + " and "
              + y.source()
              + " has "
              + ys.size());
    }
    return IntStream.range(0, xs.size()).mapToObj(i -> new Names(xs.get(i), ys.get(i))).toList();
  }

  private static StructField required(Network network, String name) {
    return find(network, name)
        .orElseThrow(
            () ->
                new ActivationsException(
                    network.source()
                        + ": expected a column '"
                        + name
                        + "', found "
                        + columns(network)));
  }

  /** A column by its exact name: names of layers have dots, and may differ in their case alone. */
  private static Optional<StructField> find(Network network, String name) {
    return Arrays.stream(network.rows().schema().fields())
        .filter(field -> field.name().equals(name))
        .findFirst();
  }

  private static String columns(Network network) {
    return Arrays.stream(network.rows().schema().fields())
        .map(field -> field.name() + " (" + field.dataType().catalogString() + ")")
        .collect(Collectors.joining(", "));
  }

  List<String> sources() {
    return networks.stream().map(Network::source).toList();
  }

  /** Where the rows of a network come from. */
  String source(Group network) {
    return networks.get(position(network)).source();
  }

  private int position(Group network) {
    return network == Group.X ? 0 : networks.size() - 1;
  }

  /** The columns of a pair of layers. */
  PerGroup<LayerColumn> layers(Names names) {
    return PerGroup.of(layer(Group.X, names.x()), layer(Group.Y, names.y()));
  }

  private LayerColumn layer(Group network, String name) {
    DataType type = required(networks.get(position(network)), name).dataType();
    return new LayerColumn(source(network), name, type).required();
  }

  /** Counts the neurons of a network's layers in its first row; by name. */
  Map<String, Integer> neurons(Group network, List<PerGroup<LayerColumn>> pairs) {
    List<LayerColumn> layers = pairs.stream().map(pair -> pair.get(network)).distinct().toList();
    int source = position(network);
    List<Column> columns = new ArrayList<>(keys(source));
    layers.forEach(layer -> columns.add(layer.lengths(column(source, layer.name()))));
    List<Row> rows = renamed(source).select(columns.toArray(Column[]::new)).takeAsList(1);
    if (rows.isEmpty()) {
      throw new ActivationsException(source(network) + ": expected at least one row, found none");
    }
    int keys = key.parts().size();
    List<Object> first = IntStream.range(0, keys).mapToObj(rows.get(0)::get).toList();
    Map<String, Integer> neurons = new HashMap<>();
    for (LayerColumn layer : layers) {
      int length = rows.get(0).getInt(keys + neurons.size());
      neurons.put(layer.name(), layer.neurons(length, key.name(first)));
    }
    return neurons;
  }

  /** How the samples of a pair lie in {@link #rows} of its layers. */
  Samples samples(PerGroup<LayerColumn> pair, int xNeurons, int yNeurons) {
    return new Samples(
        key, networks.size(), List.of(pair.x(), pair.y()), List.of(xNeurons, yNeurons));
  }

  /** The rows of all sources: source, the columns of the key, and those of some layers. */
  Dataset<Row> rows(List<LayerColumn> layers) {
    Dataset<Row> all = rows(0, layers);
    for (int source = 1; source < networks.size(); source++) {
      all = all.unionAll(rows(source, layers));
    }
    return all;
  }

  /** The rows of a source, with null for the layers of the other. */
  private Dataset<Row> rows(int source, List<LayerColumn> layers) {
    List<Column> columns = new ArrayList<>();
    columns.add(lit(source).as(SOURCE));
    columns.addAll(keys(source));
    for (int i = 0; i < layers.size(); i++) {
      LayerColumn layer = layers.get(i);
      boolean isHere = networks.size() == 1 || i == source;
      Column values = isHere ? column(source, layer.name()) : lit(null).cast(layer.type());
      columns.add(values.as("layer" + i));
    }
    return renamed(source).select(columns.toArray(Column[]::new));
  }

  private List<Column> keys(int source) {
    return IntStream.range(0, key.parts().size())
        .mapToObj(part -> key.column(part, column(source, key.parts().get(part).name())))
        .toList();
  }

  /** The rows of a source, with columns that are named by their positions. */
  private Dataset<Row> renamed(int source) {
    Dataset<Row> rows = networks.get(source).rows();
    return rows.toDF(
        IntStream.range(0, rows.columns().length)
            .mapToObj(Integer::toString)
            .toArray(String[]::new));
  }

  private Column column(int source, String name) {
    return col("`" + Arrays.asList(networks.get(source).rows().columns()).indexOf(name) + "`");
  }
}
