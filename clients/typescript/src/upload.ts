// Uploads that say how far they are. A browser's `fetch` cannot, so this one is made of XMLHttpRequest. A subpath of its own.

/**
 * A `fetch` for one request: `belay.call('POST', '/api/uploads', { body: form, fetch: uploading(show) })`. `onProgress` gets the bytes
 * that were sent and all bytes, as far as the browser knows. Where there is no XMLHttpRequest it is `fetch` without progress.
 */
export function uploading(onProgress: (sent: number, total: number) => void): typeof fetch {
  if (typeof XMLHttpRequest === 'undefined') return fetch;
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const { method = 'GET', headers, body, credentials, signal } = init;
      const request = new XMLHttpRequest();
      const abort = () => request.abort();
      request.open(method, input instanceof Request ? input.url : String(input));
      new Headers(headers).forEach((value, name) => request.setRequestHeader(name, value));
      request.withCredentials = credentials === 'include';
      request.responseType = 'blob';
      request.upload.onprogress = ({ loaded, total }) => onProgress(loaded, total);
      request.onload = () => {
        const { status, statusText } = request;
        const answer = status === 204 || status === 205 || status === 304 ? null : (request.response as Blob);
        resolve(new Response(answer, { status, statusText, headers: headersOf(request.getAllResponseHeaders()) }));
      };
      request.onerror = () => reject(new TypeError('The upload failed: the connection broke.'));
      request.onabort = () => reject((signal?.reason as unknown) ?? new DOMException('The upload was aborted.', 'AbortError'));
      request.onloadend = () => signal?.removeEventListener('abort', abort);
      if (signal?.aborted) return reject(signal.reason as unknown);
      signal?.addEventListener('abort', abort);
      request.send(body as XMLHttpRequestBodyInit | null | undefined);
    });
}

function headersOf(lines: string): Headers {
  const headers = new Headers();
  for (const line of lines.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return headers;
}
