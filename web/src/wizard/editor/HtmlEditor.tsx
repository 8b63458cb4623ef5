/* Writes the out-of-office message: bold, italic, underline, lists, links and variables, which is what Outlook shows
 * faithfully everywhere. */
import {
  Button,
  Field,
  Input,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  mergeClasses,
  Popover,
  PopoverSurface,
  PopoverTrigger,
  Text,
  ToggleButton,
  Toolbar,
  ToolbarDivider,
  tokens,
} from '@fluentui/react-components';
import {
  ArrowRedoRegular,
  ArrowUndoRegular,
  BracesVariableRegular,
  DiamondDismiss12Filled,
  LinkRegular,
  TextBoldRegular,
  TextBulletListLtrRegular,
  TextItalicRegular,
  TextNumberListLtrRegular,
  TextUnderlineRegular,
} from '@fluentui/react-icons';
import { Bold } from '@tiptap/extension-bold';
import { Document } from '@tiptap/extension-document';
import { HardBreak } from '@tiptap/extension-hard-break';
import { Italic } from '@tiptap/extension-italic';
import { Link } from '@tiptap/extension-link';
import { BulletList, ListItem, ListKeymap, OrderedList } from '@tiptap/extension-list';
import { Paragraph } from '@tiptap/extension-paragraph';
import { Text as TextNode } from '@tiptap/extension-text';
import { Underline } from '@tiptap/extension-underline';
import { UndoRedo } from '@tiptap/extensions';
import { type Editor, EditorContent, useEditor, useEditorState } from '@tiptap/react';
import { type ReactElement, useEffect, useId, useState } from 'react';
import type { Catalog } from '../../api/schema';
import { t } from '../../i18n/t';
import { textOf } from '../describe';
import { isAllowedLink, messageHtml } from './html';
import { variableChips } from './variables';

const useStyles = makeStyles({
  root: { display: 'flex', flexDirection: 'column', rowGap: '4px', minWidth: 0 },
  frame: {
    border: `1px solid ${tokens.colorNeutralStrokeAccessible}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
    ':focus-within': {
      border: `1px solid ${tokens.colorBrandStroke1}`,
      boxShadow: `0 0 0 1px ${tokens.colorBrandStroke1}`,
    },
  },
  bad: { border: `1px solid ${tokens.colorPaletteRedBorder2}` },
  toolbar: { flexWrap: 'wrap', borderBottom: `1px solid ${tokens.colorNeutralStroke2}` },
  star: { color: tokens.colorPaletteRedForeground1 },
  below: {
    display: 'flex',
    justifyContent: 'space-between',
    columnGap: '12px',
    color: tokens.colorNeutralForeground3,
  },
  error: { color: tokens.colorPaletteRedForeground1 },
  errorIcon: { marginInlineEnd: '4px', verticalAlign: 'middle' },
  count: { flexShrink: 0 },
  link: { display: 'flex', flexDirection: 'column', rowGap: '12px', width: 'min(320px, 76vw)' },
  buttons: { display: 'flex', flexWrap: 'wrap', gap: '8px' },
});

interface Props {
  label: string;
  help: string;
  required: boolean;
  value: string;
  onChange: (html: string) => void;
  error: string | undefined;
  variables: Catalog['variables'];
}

export default function HtmlEditor({ label, help, required, value, onChange, error, variables }: Props) {
  const styles = useStyles();
  const labelId = useId();
  const helpId = useId();

  const editor = useEditor({
    injectCSS: false,
    content: value,
    extensions: [
      Document,
      Paragraph,
      TextNode,
      HardBreak,
      Bold,
      Italic,
      Underline,
      BulletList,
      OrderedList,
      ListItem,
      ListKeymap,
      UndoRedo,
      Link.configure({
        openOnClick: false,
        autolink: true,
        linkOnPaste: true,
        defaultProtocol: 'https',
        isAllowedUri: isAllowedLink,
        HTMLAttributes: { target: null, rel: null, class: null },
      }),
      variableChips(new Set(variables.map(({ name }) => name.toLowerCase()))),
    ],
    onUpdate: ({ editor: now }) => onChange(messageHtml(now.getHTML())),
  });

  /* While its page waits for something, React takes the editor down and sets a new one up. */
  useEffect(() => {
    if (editor.isDestroyed) return;
    editor.setOptions({
      editorProps: {
        attributes: {
          role: 'textbox',
          'aria-multiline': 'true',
          'aria-labelledby': labelId,
          'aria-describedby': helpId,
          'aria-required': String(required),
          'aria-invalid': String(Boolean(error)),
        },
      },
    });
  }, [editor, labelId, helpId, required, error]);

  /* Changed from outside, such as by a reset to the defaults. */
  useEffect(() => {
    if (!editor.isDestroyed && messageHtml(editor.getHTML()) !== value)
      editor.commands.setContent(value, { emitUpdate: false });
  }, [editor, value]);

  return (
    <div className={styles.root}>
      <Text id={labelId} onClick={() => editor.commands.focus()}>
        {label}
        {required && (
          <span className={styles.star} aria-hidden>
            {' *'}
          </span>
        )}
      </Text>
      <div className={mergeClasses(styles.frame, error && styles.bad)}>
        <Tools editor={editor} label={label} variables={variables} />
        <EditorContent editor={editor} />
      </div>
      <div className={styles.below} id={helpId}>
        <Text size={200} className={error ? styles.error : undefined} role={error ? 'alert' : undefined}>
          {error && <DiamondDismiss12Filled aria-hidden className={styles.errorIcon} />}
          {error ?? help}
        </Text>
        <Text size={200} className={styles.count}>
          {t('editor.characters', { count: textOf(value).length })}
        </Text>
      </div>
    </div>
  );
}

function Tools({
  editor,
  label,
  variables,
}: {
  editor: Editor;
  label: string;
  variables: Catalog['variables'];
}) {
  const styles = useStyles();
  const state = useEditorState({
    editor,
    selector: ({ editor: now }) => ({
      bold: now.isActive('bold'),
      italic: now.isActive('italic'),
      underline: now.isActive('underline'),
      bullets: now.isActive('bulletList'),
      numbers: now.isActive('orderedList'),
      canUndo: now.can().undo(),
      canRedo: now.can().redo(),
    }),
  });
  const run = () => editor.chain().focus();

  const toggle = (name: string, icon: ReactElement, pressed: boolean, act: () => void) => (
    <ToggleButton
      size="small"
      appearance="subtle"
      icon={icon}
      checked={pressed}
      aria-label={name}
      title={name}
      onClick={act}
    />
  );

  return (
    <Toolbar size="small" className={styles.toolbar} aria-label={`${t('editor.toolbar')}: ${label}`}>
      {toggle(t('editor.bold'), <TextBoldRegular />, state.bold, () => run().toggleBold().run())}
      {toggle(t('editor.italic'), <TextItalicRegular />, state.italic, () => run().toggleItalic().run())}
      {toggle(t('editor.underline'), <TextUnderlineRegular />, state.underline, () =>
        run().toggleUnderline().run(),
      )}
      <ToolbarDivider />
      {toggle(t('editor.bullets'), <TextBulletListLtrRegular />, state.bullets, () =>
        run().toggleBulletList().run(),
      )}
      {toggle(t('editor.numbers'), <TextNumberListLtrRegular />, state.numbers, () =>
        run().toggleOrderedList().run(),
      )}
      <LinkTool editor={editor} />
      <ToolbarDivider />
      <Button
        size="small"
        appearance="subtle"
        icon={<ArrowUndoRegular />}
        aria-label={t('editor.undo')}
        disabledFocusable={!state.canUndo}
        onClick={() => run().undo().run()}
      />
      <Button
        size="small"
        appearance="subtle"
        icon={<ArrowRedoRegular />}
        aria-label={t('editor.redo')}
        disabledFocusable={!state.canRedo}
        onClick={() => run().redo().run()}
      />
      {variables.length > 0 && (
        <Menu>
          <MenuTrigger disableButtonEnhancement>
            <Button size="small" appearance="subtle" icon={<BracesVariableRegular />}>
              {t('editor.variable')}
            </Button>
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              {variables.map(({ name, label: words }) => (
                <MenuItem
                  key={name}
                  secondaryContent={`%${name}%`}
                  onClick={() => run().insertContent(`%${name}%`).run()}
                >
                  {words}
                </MenuItem>
              ))}
            </MenuList>
          </MenuPopover>
        </Menu>
      )}
    </Toolbar>
  );
}

function LinkTool({ editor }: { editor: Editor }) {
  const styles = useStyles();
  const [open, setOpen] = useState(false);
  const [address, setAddress] = useState('');
  const [tried, setTried] = useState(false);
  const active = useEditorState({ editor, selector: ({ editor: now }) => now.isActive('link') });

  const set = () => {
    setTried(true);
    const href = address.trim();
    if (!isAllowedLink(href)) return;
    const chain = editor.chain().focus().extendMarkRange('link');
    if (editor.state.selection.empty && !active)
      chain.insertContent({ type: 'text', text: href, marks: [{ type: 'link', attrs: { href } }] }).run();
    else chain.setLink({ href }).run();
    setOpen(false);
  };

  return (
    <Popover
      open={open}
      trapFocus
      onOpenChange={(_, data) => {
        setAddress(String(editor.getAttributes('link').href ?? 'https://'));
        setTried(false);
        setOpen(data.open);
      }}
    >
      <PopoverTrigger disableButtonEnhancement>
        <ToggleButton
          size="small"
          appearance="subtle"
          icon={<LinkRegular />}
          checked={active}
          aria-label={t('editor.link')}
        />
      </PopoverTrigger>
      <PopoverSurface aria-label={t('editor.link')}>
        <div className={styles.link}>
          <Field
            label={t('editor.link_address')}
            hint={t('editor.link_hint')}
            validationMessage={tried && !isAllowedLink(address) ? t('editor.link_bad') : undefined}
          >
            <Input
              type="url"
              value={address}
              onChange={(_, data) => setAddress(data.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                event.preventDefault();
                set();
              }}
            />
          </Field>
          <div className={styles.buttons}>
            <Button size="small" appearance="primary" onClick={set}>
              {t('editor.link_set')}
            </Button>
            {active && (
              <Button
                size="small"
                onClick={() => {
                  editor.chain().focus().extendMarkRange('link').unsetLink().run();
                  setOpen(false);
                }}
              >
                {t('editor.link_remove')}
              </Button>
            )}
          </div>
        </div>
      </PopoverSurface>
    </Popover>
  );
}
