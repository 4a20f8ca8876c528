// --- Tiles: only where `saferoute view --tiles` serves the page ----------------------

function drawTiles(map) {
  const given = document.getElementById("saferoute-tiles");
  if (!given) return;
  const { url, attribution, max_zoom: maxZoom, subdomains } = JSON.parse(given.textContent);
  L.tileLayer(url, { maxNativeZoom: maxZoom, maxZoom: 20, subdomains }).addTo(map);
  document.querySelector(".source").append(` · ${attribution}`);
  document.body.classList.add("tiled");
}
