// VitePress's own theme, with more room for the tables of options.
import theme from 'vitepress/theme';
import './wide.css';

export default theme;
