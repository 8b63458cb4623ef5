/* Shows `%words%` as chips while one writes, and those that the server would refuse in another colour. */
import { Extension } from '@tiptap/core';
import { Plugin } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { findVariables } from './html';

export const variableChips = (known: ReadonlySet<string>) =>
  Extension.create({
    name: 'variableChips',
    addProseMirrorPlugins: () => [
      new Plugin({
        props: {
          decorations({ doc }) {
            const chips: Decoration[] = [];
            doc.descendants((node, position) => {
              for (const found of findVariables(node.text ?? '', known))
                chips.push(
                  Decoration.inline(position + found.from, position + found.to, {
                    class: found.known ? 'variable' : 'variable unknown',
                  }),
                );
            });
            return DecorationSet.create(doc, chips);
          },
        },
      }),
    ],
  });
