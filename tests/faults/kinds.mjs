// The ways in which one call fails: rules of the simulator (docs/simulator.md). unheard: it took effect, and the answer
// does not say so.
const HTML = '<html><head><title>502 Bad Gateway</title></head><body>upstream</body></html>';
const html = { body: HTML, content_type: 'text/html' };
const TORN = '{"value":[{"id":"5f1c0a2e-3b4d-4c5e-8f6a-0000';
const REFUSED = { error: { code: 'InvalidAuthenticationToken', message: 'Access token has expired or is not yet valid.' } };

// Connections and answers that are broken are so for a whole request; the others can also be about one part of a batch.
export const FAULTS = {
  f03_connection_closed_before_the_call: { close: 'before', whole: true },
  f03_effect_applied_answer_lost: { close: 'after_effect', whole: true },
  f03_effect_applied_answer_cut: { close: 'in_answer', whole: true },
  f07_throttled_for_a_second: { status: 429, retry_after: 1 },
  f08_throttled_without_a_time: { status: 429 },
  f09_effect_applied_throttled: { status: 429, retry_after: 1, after_effect: true },
  f11_internal_error: { status: 500 },
  f11_effect_applied_internal_error: { status: 500, after_effect: true },
  f11_unavailable: { status: 503, retry_after: 1 },
  f11_effect_applied_gateway_timeout: { status: 504, after_effect: true },
  f11_bad_gateway_in_html: { status: 502, ...html, whole: true },
  f11_html_instead_of_an_answer: { status: 200, ...html, whole: true },
  f11_effect_applied_html_answer: { status: 200, ...html, after_effect: true, whole: true },
  f11_torn_json: { status: 200, body: TORN, whole: true },
  f11_slow: { delay_ms: 2500, whole: true },
  f12_token_refused: { status: 401, body: REFUSED, headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' }, whole: true },
};

export const FAULT_KINDS = Object.keys(FAULTS);
