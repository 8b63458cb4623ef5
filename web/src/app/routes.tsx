import { createBrowserRouter, Navigate } from 'react-router';
import { Broken, NotFound } from './ErrorPage';
import { Shell } from './Shell';

export const router = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <Broken />,
    hydrateFallbackElement: <></>,
    children: [
      { index: true, element: <Navigate to="/offboardings" replace /> },
      {
        path: 'offboardings',
        lazy: async () => ({ Component: (await import('../offboardings/ListPage')).ListPage }),
      },
      {
        path: 'offboardings/new',
        lazy: async () => ({ Component: (await import('../wizard/Wizard')).Wizard }),
      },
      {
        path: 'offboardings/:id',
        lazy: async () => ({ Component: (await import('../run/RunPage')).RunPage }),
      },
      { path: '*', element: <NotFound /> },
    ],
  },
]);
