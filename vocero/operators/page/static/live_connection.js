// The live connection of a page, as its parts want it: messages, levels, and the badge in the frame.

import { Connection, html, render } from "./common.js";
import { useEffect, useMemo, useState } from "./vendor/htm-preact.module.js";
import { ConnectionBadge, Levels } from "./live_clock.js";

/**
 * Hears the server for as long as the page is there: what it sends goes to `tell`, levels to what
 * is returned. `watched`: the id of the call whose details are wanted, too; null: none.
 */
export function useLiveConnection(tell, watched = null) {
  const [link, setLink] = useState({ live: false, first: true, since: Date.now() });
  const levels = useMemo(() => new Levels(), []);
  useEffect(() => {
    const connection = new Connection({
      onMessage: (message) =>
        message.type === "levels" ? levels.push(message.levels) : tell(message),
      onState: (now) => {
        if (!now.live) levels.push({});
        setLink((before) => ({ ...now, first: before.first && !now.live }));
      },
    });
    if (watched !== null) connection.watch(watched);
    return () => connection.close();
  }, [watched]);
  useEffect(() => {
    const place = document.getElementById("connection");
    render(html`<${ConnectionBadge} state=${link} />`, place);
    return () => render(null, place);
  }, [link]);
  return { levels, link };
}
