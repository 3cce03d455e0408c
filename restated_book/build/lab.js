/* JupyterLab shows the prose of a notebook with its results, as the book's page does; the source stays as it is.
 *
 * A prebuilt extension written by hand: JupyterLab loads this file, calls `init` with the modules it shares and `get`
 * for the plugin. `PROSE`, in front of this text, holds the plain text of each cell of prose (`cells`) and of each
 * role (`roles`) as the last build left them. A cell edited since shows its roles as text and its blocks as written.
 */
(() => {
  let shared;

  const load = async (name) => {
    const versions = Object.values(shared[name]);
    const found = versions.find((v) => v.loaded) || versions[0];
    return (await found.get())();
  };

  const readable = (source) =>
    PROSE.cells[source.trim()] ?? source.replace(/\{[a-z]+(?::[a-z]+)?\}`[^`]+`/g, (role) => PROSE.roles[role] ?? role);

  const plugin = async () => {
    const { IRenderMimeRegistry, RenderedMarkdown } = await load("@jupyterlab/rendermime");
    class Prose extends RenderedMarkdown {
      renderModel(model) {
        const data = { ...model.data, [this.mimeType]: readable(String(model.data[this.mimeType] ?? "")) };
        return super.renderModel({ trusted: model.trusted, metadata: model.metadata, data });
      }
    }
    return {
      id: "restated-lab:prose",
      autoStart: true,
      requires: [IRenderMimeRegistry],
      activate: (app, rendermime) => {
        const mimeTypes = ["text/markdown"];
        rendermime.addFactory({ safe: true, mimeTypes, createRenderer: (options) => new Prose(options) }, 0);
      },
    };
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["restated-lab"] = {
    init: (scope) => { shared = scope; },
    get: async () => { const made = await plugin(); return () => ({ __esModule: true, default: made }); },
  };
})();
