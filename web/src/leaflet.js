// Leaflet is a script of its own, before this one: Folium's map needs it under its global name.

const { L } = globalThis;
export default L;
