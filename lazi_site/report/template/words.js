"use strict";
// How times, places and states are put into words, and elements made.

const STATES = {
  gone: "never loaded", later: "loaded later", kept: "loaded", failed: "failed",
  "never-needed": "never needed", "loaded-later": "loaded later", bound: "was there", eager: "did not wait",
};
// The class of the colour of each state; the others are plain.
const COLOURS = {
  gone: "gone", later: "later", kept: "kept", failed: "failed", "never-needed": "gone", "loaded-later": "later",
};

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function milliseconds(nanoseconds) {
  const value = nanoseconds / 1e6;
  return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(value < 10 ? 2 : 1)} ms`;
}

function shorten(file) {
  for (const mark of [/^.*[\\/]site-packages[\\/]/, /^.*[\\/]lib[\\/]python3\.\d+t?[\\/]/, /^.*[\\/](bin|Scripts)[\\/]/]) {
    if (mark.test(file)) return file.replace(mark, "");
  }
  return file;
}

function place(frame) {
  if (!frame) return "";
  const [, file, line, name] = frame;
  return `${shorten(file)}:${line}${name === "<module>" ? "" : ` in ${name}`}`;
}
