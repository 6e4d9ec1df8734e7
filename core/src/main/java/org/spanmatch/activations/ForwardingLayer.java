package org.spanmatch.activations;

import java.util.List;

/** A layer that forwards to another one; subclasses override what differs. */
public abstract class ForwardingLayer implements Layer {
  private final Layer layer;

  /**
   * Creates a layer that forwards to another one.
   *
   * @param layer the layer to forward to
   */
  protected ForwardingLayer(Layer layer) {
    this.layer = layer;
  }

  /** {@return the layer that calls are forwarded to} */
  protected final Layer layer() {
    return layer;
  }

  @Override
  public String name() {
    return layer.name();
  }

  @Override
  public String source() {
    return layer.source();
  }

  @Override
  public ElementType type() {
    return layer.type();
  }

  @Override
  public int neurons() {
    return layer.neurons();
  }

  @Override
  public List<Long> sampleAxes() {
    return layer.sampleAxes();
  }

  @Override
  public long samplePosition(long sample) {
    return layer.samplePosition(sample);
  }

  @Override
  public BlockReader open() {
    return layer.open();
  }
}
